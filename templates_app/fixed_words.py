"""What Meta writes itself in templates of codes, near enough to show: Russian for Russian ones, else English. Pure.

Meta has these words in every language of its own; ours stand in until it tells them.
"""

from __future__ import annotations

from typing import Final

CODE: Final = "1"  # the name of the one variable
SAMPLE: Final = "123456"


def _is_russian(language: str) -> bool:
    return language.lower().startswith("ru")


def body(language: str, *, has_warning: bool) -> str:
    if _is_russian(language):
        return "*{{1}}* — ваш код подтверждения." + (
            " Никому не сообщайте этот код." if has_warning else ""
        )
    return "*{{1}}* is your verification code." + (
        " For your security, do not share this code." if has_warning else ""
    )


def footer(language: str, *, minutes: int) -> str:
    if not _is_russian(language):
        return f"This code expires in {minutes} minute{'' if minutes == 1 else 's'}."
    last, tens = minutes % 10, minutes % 100
    if last == 1 and tens != 11:
        noun = "минуту"
    elif last in (2, 3, 4) and tens not in (12, 13, 14):
        noun = "минуты"
    else:
        noun = "минут"
    return f"Код действует {minutes} {noun}."


def label(language: str, *, fills_in: bool) -> str:
    """`fills_in`: the button hands the code to an app by itself."""
    if fills_in:
        return "Автозаполнение" if _is_russian(language) else "Autofill"
    return "Скопировать код" if _is_russian(language) else "Copy code"
