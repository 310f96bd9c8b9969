"""Meta's markets as people call them: countries by their name in the reader's language, regions in words of ours."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

# Markets that Babel calls otherwise, and those that are no country.
SPECIAL: Final = {
    "ru": {
        "Hong Kong": "Гонконг",
        "Turkey": "Турция",
        "North America": "Северная Америка",
        "Rest of Africa": "Остальная Африка",
        "Rest of Asia Pacific": "Остальной Азиатско-Тихоокеанский регион",
        "Rest of Central & Eastern Europe": "Остальная Центральная и Восточная Европа",
        "Rest of Latin America": "Остальная Латинская Америка",
        "Rest of Middle East": "Остальной Ближний Восток",
        "Rest of Western Europe": "Остальная Западная Европа",
        "Other": "Прочие страны",
    }
}


def market_name(name: str) -> str:
    """The market in the active language; as Meta writes it where that is not known."""
    return _market(name, _active())


@lru_cache(maxsize=1024)
def _market(name: str, language: str) -> str:
    if language == "en":
        return name
    if said := SPECIAL.get(language, {}).get(name):
        return said
    return _names(language).get(_codes().get(name, ""), name)


def country_name(code: str) -> str:
    """By its ISO code; the code itself where nobody is called that."""
    return _names(_active()).get(code, code)


def _active() -> str:
    return (get_language() or "en").partition("-")[0]


@lru_cache(maxsize=8)
def _names(language: str) -> dict[str, str]:
    try:
        return dict(Locale(language).territories)
    except UnknownLocaleError:
        return {}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {str(name): code for code, name in Locale("en").territories.items()}
