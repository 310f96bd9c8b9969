"""Invented people: names as they stand in WhatsApp, and numbers that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

WOMEN: Final = (
    "Мария", "Анна", "Екатерина", "Ольга", "Наталья", "Татьяна", "Светлана", "Ирина", "Юлия", "Дарья", "Алиса",
    "Вера", "Полина", "Ксения", "Марина", "Людмила", "Надежда", "Вероника", "Кристина", "Алёна", "Виктория",
    "Галина", "Лариса", "Диана", "Софья", "Валентина", "Арина", "Любовь", "Евгения", "Тамара",
)  # fmt: skip
MEN: Final = (
    "Александр", "Сергей", "Дмитрий", "Андрей", "Алексей", "Иван", "Михаил", "Евгений", "Николай", "Павел", "Артём",
    "Владимир", "Роман", "Игорь", "Олег", "Кирилл", "Никита", "Антон", "Виктор", "Денис", "Егор", "Илья",
    "Константин", "Тимур", "Фёдор", "Юрий", "Глеб", "Степан", "Руслан", "Вадим",
)  # fmt: skip
SURNAMES: Final = (
    "Соколов", "Петров", "Кузнецов", "Морозов", "Волков", "Лебедев", "Козлов", "Новиков", "Зайцев", "Павлов",
    "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв", "Фёдоров", "Михайлов", "Беляев", "Тарасов", "Белов",
    "Комаров", "Орлов", "Киселёв", "Макаров", "Андреев", "Ковалёв", "Ильин", "Гусев", "Титов", "Кузьмин",
    "Кудрявцев", "Баранов", "Куликов", "Алексеев", "Степанов", "Яковлев", "Сорокин", "Сергеев", "Романов",
    "Захаров", "Борисов", "Королёв", "Герасимов", "Пономарёв", "Григорьев", "Лазарев", "Медведев", "Ершов",
    "Никитин", "Соболев", "Рябов", "Поляков", "Цветков", "Данилов", "Жуков", "Фролов", "Журавлёв", "Николаев",
    "Крылов", "Максимов", "Сидоров", "Осипов", "Белоусов", "Федотов", "Дорофеев", "Егоров", "Матвеев", "Бобров",
    "Дмитриев", "Калинин",
)  # fmt: skip
SHORT: Final = {
    "Мария": "Маша", "Анна": "Аня", "Екатерина": "Катя", "Ольга": "Оля", "Наталья": "Наташа", "Татьяна": "Таня",
    "Светлана": "Света", "Ирина": "Ира", "Юлия": "Юля", "Дарья": "Даша", "Александр": "Саша", "Сергей": "Серёжа",
    "Дмитрий": "Дима", "Алексей": "Лёша", "Михаил": "Миша", "Евгений": "Женя", "Павел": "Паша", "Владимир": "Вова",
}  # fmt: skip
FLOURISHES: Final = ("🌸", "☀️", "🐈", "✨", "🏔️", "🎿", "💛", "🌲", "🧶", "🦊")

ABROAD: Final[dict[str, tuple[str, ...]]] = {
    "US": (
        "Emily Carter", "Daniel Reyes", "Hannah Brooks", "Marcus Lee", "Olivia Bennett", "Tyler Morgan",
        "Ethan Walker", "Chloe Ramirez", "Nathan Price", "Megan O'Connor", "Jordan Blake", "Ava Thompson",
        "Grace Kim", "Ryan Foster",
        "Lauren Hughes", "Brandon Scott", "Sierra Collins", "Kevin Nguyen", "Rachel Stein", "Derek Owens",
    ),
    "GB": (
        "Charlotte Hayes", "Oliver Grant", "Amelia Clarke", "Harry Ellis", "Freya Dawson", "George Pemberton",
        "Isla Murray", "Callum Reid", "Poppy Lawson", "Rhys Morgan", "Eleanor Finch", "Tom Ashworth", "Niamh Kelly",
        "Alistair Boyd", "Priya Shah", "Imran Malik", "Beatrice Hollis", "Duncan Fraser",
    ),
    "DE": (
        "Lena Hoffmann", "Jonas Becker", "Mia Schneider", "Felix Krüger", "Anja Vogel", "Sebastian Brandt",
        "Ute Lindner",
        "Matthias Größl", "Nadine Pohl", "Tobias Weiß", "Clara Neumann", "Jürgen Adler",
    ),
    "BR": (
        "João Pedro Alves", "Mariana Souza", "Rafael Lima", "Beatriz Carvalho", "Thiago Rocha", "Letícia Moraes",
        "Gustavo Nunes", "Camila Ribeiro",
    ),
    "MX": (
        "Sofía Hernández", "Diego Martínez", "Valeria Cruz", "Luis Ángel Ortega", "Fernanda Ruiz", "Emiliano Vargas",
    ),
    "KZ": (
        "Айгуль Сеитова", "Нурлан Абдрахманов", "Динара Ахметова", "Ерлан Касымов", "Асель Жумабаева", "Тимур Оспанов",
        "Мадина Кенжебаева", "Арман Бекетов", "Гульнара Садыкова", "Данияр Мусин",
    ),
}  # fmt: skip
LANGUAGE_OF: Final = {"KZ": "ru"}
_NUMBERS: Final = {
    "RU": "79{n:02d}000{m:04d}",
    "US": "1415555{m:04d}",
    "GB": "447700900{k:03d}",
    "DE": "49151000{m:05d}",
    "BR": "55119000{m:05d}",
    "MX": "5215500{m:06d}",
    "KZ": "7701000{m:04d}",
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """A customer to be: how WhatsApp shows them, and what grammar has to know."""

    profile: str
    first: str
    is_woman: bool
    country: str
    phone: str
    user_id: str
    language: str
    username: str = ""
    given: str = ""  # the name an agent wrote down


def phone_of(country: str, nth: int) -> str:
    """The nth number of a country that is set apart or plainly not in use."""
    return _NUMBERS[country].format(n=10 + nth * 7 % 80, m=100 + nth * 37 % 9000, k=100 + nth)


def user_id_of(country: str, nth: int) -> str:
    return f"{country}.{1_349_000_000_000_000 + nth * 7_919_191_919}"


def people(rng: Random, *, language: str) -> Iterator[Somebody]:
    """As many as one likes, no two alike."""
    yield from _russians(rng) if language == "ru" else _foreigners(rng)


def _russians(rng: Random) -> Iterator[Somebody]:
    kazakhs = [("KZ", name) for name in ABROAD["KZ"]]
    pairs = [(first, surname) for first in WOMEN + MEN for surname in SURNAMES]
    rng.shuffle(pairs)
    for nth, (first, surname) in enumerate(pairs):
        if nth % 17 == 5 and kazakhs:
            country, name = kazakhs.pop()
            yield _abroad(country, name, nth)
            continue
        is_woman = first in WOMEN
        whole = f"{first} {surname}{'а' if is_woman else ''}"
        profile = _as_in_profile(rng, first, whole)
        has_no_phone = nth % 13 == 7
        yield Somebody(
            profile=profile,
            first=first,
            is_woman=is_woman,
            country="RU",
            phone="" if has_no_phone else phone_of("RU", nth),
            user_id=user_id_of("RU", nth),
            language="ru",
            username=f"{_latin(first)}.{_latin(surname)}" if has_no_phone else "",
            given=whole if profile != whole and rng.random() < 0.3 else "",
        )


def _as_in_profile(rng: Random, first: str, whole: str) -> str:
    dice = rng.random()
    if dice < 0.62:
        return whole
    if dice < 0.76:
        return first
    if dice < 0.88:
        return f"{SHORT.get(first, first)} {rng.choice(FLOURISHES)}"
    return f"{SHORT.get(first, first)} {whole.split()[1][0]}."


def _foreigners(rng: Random) -> Iterator[Somebody]:
    everyone = [
        (country, name) for country in ("US", "GB", "DE", "BR", "MX") for name in ABROAD[country]
    ]
    rng.shuffle(everyone)
    again = [
        ("US", f"{a.split()[0]} {b.split()[-1]}")
        for (_c, a), (_d, b) in zip(everyone, everyone[9:], strict=False)
    ]
    for nth, (country, name) in enumerate(everyone + again, start=1):
        yield _abroad(country, name, nth)


def _abroad(country: str, name: str, nth: int) -> Somebody:
    first = name.split()[0]
    return Somebody(
        profile=name,
        first=first,
        is_woman=first[-1] in "aaаьíя" or first.endswith(("ly", "ah", "el", "ace")),
        country=country,
        phone=phone_of(country, nth),
        user_id=user_id_of(country, nth),
        language=LANGUAGE_OF.get(country, "en"),
    )


_LETTERS: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SOUNDS: Final = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya"
_LATIN: Final = dict(zip(_LETTERS, _SOUNDS.split(" "), strict=True))


def _latin(word: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in word.lower())
