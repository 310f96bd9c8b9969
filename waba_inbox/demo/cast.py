"""Hands out the parts: which customer says which story, when, and how far it has come. Pure: no database here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from waba_inbox.demo import names, scripts
from waba_inbox.demo.names import Somebody
from waba_inbox.demo.scripts import Line, Story

RUSSIAN, ENGLISH, REGULARS = 190, 70, 14
HOUR, DAY = 60.0, 1440.0  # in minutes
GOODS: Final = {
    "ru": (
        "куртка «Вьюга»", "пуховик «Полярная серия»", "пальто «Рубинштейна»", "парка «Ладога»", "жилет «Экспедиция»",
        "варежки «Медвежонок»", "свитер «Фьорд»", "анорак «Карелия»", "ботинки «Наст»", "шапка «Маяк»",
        "дождевик «Нева»",
    ),
    "en": (
        "Ladoga parka", "Blizzard jacket", "Fjord jumper", "Karelia anorak", "Polar down coat", "Neva raincoat",
        "Beacon hat", "Crust boots",
    ),
}  # fmt: skip
MODELS: Final = {
    "ru": ("Вьюга", "Ладога", "Фьорд", "Карелия", "Нева", "Рубинштейна"),
    "en": ("Ladoga", "Blizzard", "Fjord", "Karelia", "Neva"),
}
MENDED: Final = ("пуховика", "рюкзака", "палатки", "дублёнки", "комбинезона", "спального мешка")
CITIES: Final = {
    "RU": ("Казань", "Мурманск", "Екатеринбург", "Петрозаводск", "Иркутск", "Сочи", "Томск"),
    "KZ": ("Алматы", "Астана", "Караганда"),
    "US": ("Portland", "Boston", "Denver"),
    "GB": ("Leeds", "Edinburgh", "Bristol"),
    "DE": ("Hamburg", "Leipzig", "Munich"),
    "BR": ("Curitiba", "São Paulo"),
    "MX": ("Monterrey", "Puebla"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a chat with its words and its time."""

    line: Line
    text: str
    at: datetime
    words: dict[str, str]  # what filled the variables: templates use the same


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation to be: the newest line last."""

    key: str
    who: Somebody
    team: str
    author: str
    said: tuple[Said, ...]
    is_special: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def ends_with_them(self) -> bool:
        return next(
            (s.line.is_theirs for s in reversed(self.said) if s.line.side in ("in", "out")), False
        )


PEOPLE: Final[dict[str, dict[str, str]]] = {
    "long_name": {
        "profile": "Северо-Западная комплексная научно-исследовательская экспедиция имени О. Ю. Шмидта, снабжение"
    },
    "emoji_name": {"profile": "🦄🌈✨💖", "country": "US"},
    "hebrew_name": {"profile": "נועה בן־דוד", "country": "IL", "phone": "972550000123"},
    "arabic_name": {"profile": "ليلى الخطيب", "country": "AE", "phone": "971500000456"},
    "markup_name": {"profile": "Robert <script>alert('x')</script>", "country": "GB"},
    "dash_name": {"profile": "—"},
    "brazil": {"profile": "Ana Clara Duarte", "country": "BR"},
    "mexico": {"profile": "Ximena Salgado", "country": "MX"},
    "ping": {"profile": "", "username": "quiet.penguin", "phone": "", "country": "US"},
    "question": {"profile": "", "country": "RU"},
    "advert": {"profile": "Мария Соколова", "first": "Мария"},
    "advert_en": {"profile": "Jonathan Tremblay-Beauchamp", "country": "DE"},
    "unsupported": {"profile": "Лиза", "username": "lena.dizain", "phone": ""},
}


def chats(*, now: datetime, seed: int = 2026) -> list[Chat]:
    """All conversations of the demo, in a fixed mixture."""
    rng = Random(seed)  # noqa: S311  a demo must be the same every time
    everyone = {language: names.people(rng, language=language) for language in ("ru", "en")}
    found = list(_specials(rng, everyone, now=now))
    ends = _ends(rng, RUSSIAN + ENGLISH + REGULARS)
    for language, count in (("ru", RUSSIAN), ("en", ENGLISH)):
        for story, cut in _dealt(rng, language, count):
            who = next(everyone[language])
            found.append(
                _chat(rng, who, [story], team=story.team, cut=cut, ends=ends.pop(), now=now)
            )
    for nth in range(REGULARS):
        language = "en" if nth % 5 == 4 else "ru"
        who = next(everyone[language])
        team = "workshop" if nth % 4 == 3 else "shop"
        pool = [s for s in scripts.stories(language, language=language) if s.team == team]
        told = [s for s in rng.sample(pool, k=min(len(pool), 7 + nth % 5)) if len(s.lines) > 2]
        found.append(_chat(rng, who, told, team=team, cut=0, ends=ends.pop(), now=now))
    return found


def _dealt(rng: Random, language: str, count: int) -> Iterator[tuple[Story, int]]:
    """Every story before any comes again; the next time round it breaks off a line or two earlier."""
    stories = list(scripts.stories(language, language=language))
    for nth in range(count):
        if nth % len(stories) == 0:
            rng.shuffle(stories)
        story = stories[nth % len(stories)]
        yield story, (nth // len(stories)) % max(1, min(4, len(story.lines) - 1))


def _ends(rng: Random, count: int) -> list[float]:
    """How many minutes ago each chat ended: a busy day, a fading week, a long tail."""
    ages = [3 + 1380 * (n / 95) ** 1.3 for n in range(95)]
    ages += [DAY * (1.05 + 6 * n / 90) for n in range(90)]
    ages += [DAY * (7 + 70 * (n / 120) ** 1.5) for n in range(max(0, count - 185))]
    rng.shuffle(ages)
    return ages[:count]


def _specials(
    rng: Random, everyone: dict[str, Iterator[Somebody]], *, now: datetime
) -> Iterator[Chat]:
    """The parts written for one person each, all women: every kind of message, every state, every odd name."""
    for nth, story in enumerate(scripts.stories("parts", language="ru")):
        base = next(person for person in everyone[story.language] if person.is_woman)
        over = dict(PEOPLE.get(story.who, {}))
        country = over.pop("country", base.country)
        if country != base.country and country in names.LANGUAGE_OF | {c: "" for c in names.ABROAD}:
            over.setdefault("phone", names.phone_of(country, 600 + nth))
        if country != base.country:
            over["user_id"] = names.user_id_of(country, 600 + nth)
        who = replace(base, country=country, given="", **over)  # type: ignore[arg-type]
        ends = 9 + nth * 31.0
        if story.who == "advert":
            ends = 6.0
        elif story.who == "images":
            ends = DAY - 10  # its window has ten minutes left
        elif story.who == "formatting":
            ends = 10.0  # and this one 23 h 50 m
        chat = _chat(rng, who, [story], team=story.team, cut=0, ends=ends, now=now)
        yield replace(chat, key=f"part-{story.who}", is_special=True)


def _chat(
    rng: Random,
    who: Somebody,
    told: list[Story],
    *,
    team: str,
    cut: int,
    ends: float,
    now: datetime,
) -> Chat:
    author = {"shop": "anna", "workshop": "maxim"}[team]
    if who.language == "en":
        author = {"shop": "james", "workshop": "sofia"}[team]
    moments: list[tuple[Line, str, float, dict[str, str]]] = []
    clock = 0.0
    for nth, story in enumerate(told):
        words = _words(rng, who, story.language, author)
        clock += rng.uniform(3, 16) * DAY if nth else 0
        lines = story.lines if nth < len(told) - 1 or not cut else story.lines[:-cut]
        for line in lines:
            clock += line.pause.total_seconds() / 60
            clock += rng.uniform(0.8, 9) if line.is_ours else rng.uniform(0.3, 6)
            text = rng.choice(line.variants).format_map(words)
            moments.append((line, text, clock, words))
    spoken = max(at for line, _text, at, _words in moments if line.side in ("in", "out"))
    start = now - timedelta(minutes=ends + spoken)
    said = tuple(
        Said(line, text, start + timedelta(minutes=at), words) for line, text, at, words in moments
    )
    return Chat(f"{who.user_id}-{team}", who, team, author, said)


def _words(rng: Random, who: Somebody, language: str, author: str) -> dict[str, str]:
    """What the variables of a story stand for in this telling."""
    spoken = "ru" if language == "ru" else "en"
    size = rng.choice((44, 46, 48, 50, 52, 54)) if spoken == "ru" else rng.choice("SML")
    is_woman, ours_is_woman = who.is_woman, author in ("anna", "sofia")
    price = rng.randrange(49, 329) * 100
    return {
        "first": who.first,
        "name": who.first,
        "order": f"№ {rng.randrange(20100, 20990)}" if spoken == "ru" else f"#{rng.randrange(20100, 20990)}",
        "order2": f"№ {rng.randrange(20100, 20990)}",
        "number": str(rng.randrange(20100, 20990)),
        "ticket": f"М-{rng.randrange(400, 990)}" if spoken == "ru" else f"M-{rng.randrange(400, 990)}",
        "track": f"RU{rng.randrange(10**8, 10**9)}NT",
        "good": rng.choice(GOODS[spoken]),
        "good2": rng.choice(MENDED),
        "model": rng.choice(MODELS[spoken]),
        "size": str(size),
        "size2": str(int(size) + 2) if isinstance(size, int) else {"S": "M", "M": "L", "L": "XL"}[size],
        "height": str(rng.randrange(158, 194)),
        "weight": str(rng.randrange(52, 96)),
        "price": f"{price // 1000} {price % 1000:03d} ₽",
        "city": rng.choice(CITIES.get(who.country, CITIES["RU"])),
        "a": "а" if is_woman else "",
        "en": "ьна" if is_woman else "ен",
        "l": "ла" if is_woman else "ёл",
        "aa": "а" if ours_is_woman else "",
    }  # fmt: skip
