"""Meta's short words for a refusal, in ours: what it means and what to change. Pure; rejections come by webhook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}


@dataclass(frozen=True, slots=True)
class Reason:
    what: str
    todo: str


_UNKNOWN: Final = (
    Reason(
        "Meta’s reviewers refused the template and gave no reason.",
        "Read it with a stranger’s eyes: is it clear who writes, why, and what the variables stand for?",
    ),
    Reason(
        "Проверяющие Meta отклонили шаблон и не назвали причину.",
        "Прочтите его чужими глазами: ясно ли, кто пишет, зачем и что стоит за переменными?",
    ),
)
_REASONS: Final[dict[str, tuple[Reason, Reason]]] = {
    "INVALID_FORMAT": (
        Reason(
            "Something is wrong with the form: variables, samples, links or odd characters.",
            "Check that every variable has a clear sample and stands between words, and that links are whole.",
        ),
        Reason(
            "Что-то не так с формой: переменные, образцы, ссылки или необычные знаки.",
            "Проверьте, что у каждой переменной понятный образец, вокруг неё есть слова, а ссылки написаны целиком.",
        ),
    ),
    "INCORRECT_CATEGORY": (
        Reason(
            "The category does not fit the text.",
            "Anything that advertises is marketing. Change the category or take the advertising words out.",
        ),
        Reason(
            "Категория не подходит к тексту.",
            "Всё, что рекламирует, — маркетинг. Смените категорию или уберите рекламные слова.",
        ),
    ),
    "TAG_CONTENT_MISMATCH": (
        Reason(
            "Language or category does not fit the text.",
            "Write the text in the language that you chose, and choose the category that its content has.",
        ),
        Reason(
            "Язык или категория не подходят к тексту.",
            "Пишите на том языке, который выбрали, и выберите категорию по содержанию.",
        ),
    ),
    "PROMOTIONAL": (
        Reason(
            "The text advertises where it may not, or a link hides where it leads.",
            "Choose marketing or take the advertising out; use whole links to your own site.",
        ),
        Reason(
            "Текст рекламирует там, где нельзя, или по ссылке не видно, куда она ведёт.",
            "Выберите маркетинг или уберите рекламу; давайте полные ссылки на свой сайт.",
        ),
    ),
    "SCAM": (
        Reason(
            "Meta takes it for fraud.",
            "Ask for no card numbers, passwords or documents; say who writes; use links to your own site only.",
        ),
        Reason(
            "Meta приняла его за мошенничество.",
            "Не просите номера карт, пароли и документы; назовите себя; ссылки — только на свой сайт.",
        ),
    ),
    "ABUSIVE_CONTENT": (
        Reason(
            "Meta finds the words threatening or insulting.",
            "Write calmly: no threats, no pressure, nothing about anybody’s person.",
        ),
        Reason(
            "Meta сочла текст угрожающим или оскорбительным.",
            "Пишите спокойно: без угроз, давления и перехода на личности.",
        ),
    ),
}


def rejection(reason: str, language: str) -> Reason:
    """Why Meta's review said no, in Russian for "ru" and its kin, else in English."""
    english, russian = _REASONS.get(reason, _UNKNOWN)
    return russian if language.lower().startswith("ru") else english


def pause_ends(note: str, at: datetime) -> datetime | None:
    """When a pause of that note, begun then, is over; None if Meta names no time."""
    return next((at + length for title, length in PAUSES.items() if title in note), None)
