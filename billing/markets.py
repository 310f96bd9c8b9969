"""Which market of Meta's price list a recipient belongs to: the longest calling prefix, by date. Pure.

Maps come from the complete rate cards, whose rows name the prefixes of every market. A contact without a number is
known by a business-scoped id (`RU.1349…`); its country gives a market too, but only as an estimate, and the entry
says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import phonenumbers
from babel import Locale

OTHER: Final = "Other"
EVERYWHERE_ELSE: Final = "*"
LONGEST_PREFIX: Final = 4

# They share +1 with North America; Meta lists none of them, and what is not listed is Other.
CARIBBEAN: Final = [
    "1242",
    "1246",
    "1264",
    "1268",
    "1284",
    "1345",
    "1441",
    "1473",
    "1649",
    "1664",
    "1721",
    "1758",
    "1767",
    "1784",
    "1868",
    "1869",
]
# Countries that share a calling code, by the digits that tell them apart.
SHARED_CODES: Final = {
    "AG": "1268", "AI": "1264", "BB": "1246", "BM": "1441", "BS": "1242", "DM": "1767", "DO": "1809", "GD": "1473",
    "JM": "1876", "KN": "1869", "KY": "1345", "KZ": "77", "LC": "1758", "MS": "1664", "PR": "1787", "SX": "1721",
    "TC": "1649", "TT": "1868", "VC": "1784", "VG": "1284",
}  # fmt: skip

_BUSINESS_SCOPED = re.compile(r"([A-Z]{2})\.(?:ENT\.)?[A-Za-z0-9]{1,256}")
_NUMBER = re.compile(r"\+[\d\s().-]+|[\d\s().-]{5,}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient is: the digits their number begins with. `is_estimated` where only a country is known."""

    digits: str
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class MarketMap:
    """The prefixes of one date on."""

    effective_from: date
    prefixes: Mapping[str, str]

    def market_of(self, place: Place) -> str:
        for length in range(LONGEST_PREFIX, 0, -1):
            if market := self.prefixes.get(place.digits[:length]):
                return market
        return OTHER


@dataclass(frozen=True, slots=True)
class Markets:
    """All maps, oldest first."""

    maps: tuple[MarketMap, ...]

    def on(self, day: date) -> MarketMap:
        """The map in force; before the first one, the first."""
        in_force = self.maps[0]
        for each in self.maps:
            if each.effective_from <= day:
                in_force = each
        return in_force

    def named(self, text: str) -> Place | None:
        """A country's code or English name, or a market's name, as a place in it; None if nobody is called that."""
        name = text.strip()
        if prefix := calling_prefix(name.upper()) or _countries().get(name.casefold()):
            return Place(prefix)
        for each in reversed(self.maps):
            for prefix, market in each.prefixes.items():
                if market.casefold() == name.casefold():
                    return Place("" if market == OTHER else prefix)
        return None


def market_map(effective_from: date, codes: Iterable[tuple[str, str]]) -> MarketMap:
    """From (market, space-separated prefixes) as rate cards print them."""
    prefixes = dict.fromkeys(CARIBBEAN, OTHER)
    for market, listed in codes:
        for prefix in listed.split():
            prefixes[prefix] = market
    prefixes.pop(EVERYWHERE_ELSE, None)
    return MarketMap(effective_from, prefixes)


def canonical(contact: str) -> str:
    """One way of writing a person: +digits for a number, and any other id as it is."""
    if _NUMBER.fullmatch(contact.strip()):
        return "+" + "".join(filter(str.isdigit, contact))
    return contact.strip()


def place_of(contact: str) -> Place | None:
    """Where a contact is, from their number or business-scoped id; None if neither says."""
    if contact.startswith("+"):
        return Place(contact[1:])
    if (scoped := _BUSINESS_SCOPED.fullmatch(contact)) and (prefix := calling_prefix(scoped[1])):
        return Place(prefix, is_estimated=True)
    return None


def calling_prefix(country: str) -> str:
    """The digits numbers of a country begin with, by its ISO code; empty if there is no such country."""
    if shared := SHARED_CODES.get(country):
        return shared
    code = phonenumbers.country_code_for_region(country)
    return str(code) if code else ""


def country_of(phone: str, user_id: str = "") -> str:
    """The ISO code of a person's country by their number (digits), else by their business-scoped id; empty if
    unknown.
    """
    if phone:
        try:
            code = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{phone}"))
        except phonenumbers.NumberParseException:
            code = None
        return code if code and len(code) == 2 and code.isalpha() else ""
    scoped = _BUSINESS_SCOPED.fullmatch(user_id)
    return scoped[1] if scoped else ""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """English country names, for people who write Russia and not RU."""
    names = Locale("en").territories
    return {
        str(name).casefold(): prefix
        for code, name in names.items()
        if len(code) == 2 and (prefix := calling_prefix(code))
    }
