"""How much of a customer's phone number the viewer is shown: the role decides, every place that shows one obeys.

Pages set it in the middleware, live pushes once an audience, exports at the start. Where nobody has said who looks, the
number is masked. Columns are not: what is sent to Meta is never read from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from whatsapp import numbers

FULL: Final = "full"
LAST_FOUR: Final = "last4"
HIDDEN: Final = "hidden"
SHOWN_DIGITS: Final = 4
LOOKS_LIKE_A_NUMBER: Final = re.compile(
    r"\+?[\d\s().\-\u2010-\u2015]{7,}"
)  # also as a profile's name

_phones: ContextVar[str] = ContextVar("phones_shown", default=LAST_FOUR)


@contextmanager
def shown(phones: str) -> Iterator[None]:
    """Everything rendered inside shows phone numbers like this: FULL, LAST_FOUR or HIDDEN."""
    token = _phones.set(phones)
    try:
        yield
    finally:
        _phones.reset(token)


def current() -> str:
    return _phones.get()


def phone(digits: str, *, pretty: bool = True) -> str:
    """“+7 921 555-01-42”, “••• 0142” or nothing, as the viewer may see it. `pretty`: with the country's spaces."""
    if not digits or current() == HIDDEN:
        return ""
    if current() == LAST_FOUR:
        return f"••• {_only_digits(digits)[-SHOWN_DIGITS:]}"
    return numbers.display(digits) if pretty else f"+{digits.removeprefix('+')}"


def name(words: str) -> str:
    """A name as the viewer may see it: some people call themselves by their number."""
    if current() != FULL and LOOKS_LIKE_A_NUMBER.fullmatch(words.strip()):
        return phone(_only_digits(words))
    return words


def _only_digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
