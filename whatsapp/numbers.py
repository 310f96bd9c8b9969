"""Telephone numbers as WhatsApp has them: their variants, how they are shown, and the country of a person."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from whatsapp.payloads import BSUID

BRAZIL = re.compile(r"(55[1-9]\d)(9?)([6-9]\d{7})")
MEXICO = re.compile(r"52(1?)(\d{10})")
ARGENTINA = re.compile(r"54(9?)(\d{10})")


def variants(wa_id: str) -> frozenset[str]:
    """Every way in which WhatsApp may write this number. For looking up only: send to Meta's own `wa_id`.

    Brazilian mobiles come with and without the 9 after the area code, Mexican numbers with and without the 1 after 52,
    Argentine ones with and without the 9 after 54.
    """
    if is_user_id(wa_id):
        return frozenset({wa_id})
    digits = _digits(wa_id)
    if found := BRAZIL.fullmatch(digits):
        area, _, rest = found.groups()
        return frozenset({f"{area}{rest}", f"{area}9{rest}"})
    if found := MEXICO.fullmatch(digits):
        return frozenset({f"52{found[2]}", f"521{found[2]}"})
    if found := ARGENTINA.fullmatch(digits):
        return frozenset({f"54{found[2]}", f"549{found[2]}"})
    return frozenset({digits}) if digits else frozenset()


@lru_cache(maxsize=4096)
def display(wa_id: str) -> str:
    """The number as people write it: "+49 1512 3456789". What is no number stays as it is."""
    parsed = _parsed(wa_id)
    if parsed is None:
        return wa_id
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=4096)
def country(wa_id: str = "", user_id: str = "") -> str:
    """ISO 3166 code of a number, else of the user id's prefix, else empty."""
    parsed = _parsed(wa_id)
    region = phonenumbers.region_code_for_number(parsed) if parsed else None
    if region and region != "001":  # 001 is a number of no country, such as +883
        return region
    if is_user_id(user_id or wa_id):
        return (user_id or wa_id)[:2]
    return ""


def is_user_id(value: str) -> bool:
    """Whether this is a business-scoped user id, which no phone code may touch."""
    return bool(BSUID.fullmatch(value))


def _parsed(wa_id: str) -> phonenumbers.PhoneNumber | None:
    if is_user_id(wa_id) or not (digits := _digits(wa_id)):
        return None
    try:
        return phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None


def _digits(number: str) -> str:
    return "".join(character for character in number if character in "0123456789")
