"""How customers behave. A magic number behaves in one fixed way; any customer can be given a behaviour by control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import phonenumbers

from simulator.models import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What happens to a message sent to such a person."""

    fails: int = 0  # an accepted message fails with this code
    refuses: int = 0  # the call itself is refused with this code
    hangs: bool = False  # the call is accepted and never answered
    delivers: bool = True
    skips_delivered: bool = False
    reads: str = "soon"  # "soon", "at once", "never" (until the chat is opened on the phone)


BEHAVIOURS: Final = {
    "normal": Behaviour(),
    "by_hand": Behaviour(reads="never"),
    "reads_at_once": Behaviour(reads="at once"),
    "phone_off": Behaviour(delivers=False),
    "window_closed": Behaviour(fails=131047),
    "rate_limited": Behaviour(refuses=130429),
    "unreachable": Behaviour(fails=131026),
    "times_out": Behaviour(hangs=True),
    "engagement_limit": Behaviour(fails=131049),
    "opted_out": Behaviour(fails=131050),
    "server_error": Behaviour(refuses=131000),
    "skips_delivered": Behaviour(skips_delivered=True),
    "no_payment": Behaviour(fails=131042),
    "pair_limited": Behaviour(refuses=131056),
}
# +44 7700 900xxx is kept for fiction by Ofcom: nobody has these numbers.
MAGIC: Final = {
    "447700900001": "reads_at_once",
    "447700900002": "phone_off",
    "447700900003": "window_closed",
    "447700900004": "rate_limited",
    "447700900005": "unreachable",
    "447700900006": "times_out",
    "447700900007": "engagement_limit",
    "447700900008": "opted_out",
    "447700900009": "server_error",
    "447700900010": "skips_delivered",
    "447700900011": "no_payment",
    "447700900012": "pair_limited",
}


def behaviour_of(customer: Customer) -> Behaviour:
    """The way this customer behaves now."""
    return BEHAVIOURS.get(customer.behaviour, BEHAVIOURS["normal"])


def country_of(digits: str) -> str:
    """The two letters of a number's country, as in a BSUID."""
    try:
        parsed = phonenumbers.parse("+" + digits)
        found = phonenumbers.region_code_for_number(
            parsed
        ) or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    except phonenumbers.NumberParseException:
        return "US"
    return found if found and len(found) == 2 and found.isalpha() else "US"


def pretty(digits: str) -> str:
    """A number for people."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse("+" + digits), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return "+" + digits


def digits_of(number: str) -> str:
    """Digits of what was written in `to`: spaces, brackets, hyphens and the plus go."""
    return "".join(character for character in number if character.isdigit())


def variants(digits: str) -> list[str]:
    """Other spellings of one number: Brazil's ninth digit, Mexico's 1, Argentina's 9."""
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        return [digits, digits[:4] + digits[5:]]
    if digits.startswith("55") and len(digits) == 12:
        return [digits, digits[:4] + "9" + digits[4:]]
    if digits.startswith("521") and len(digits) == 13:
        return [digits, "52" + digits[3:]]
    if digits.startswith("52") and len(digits) == 12:
        return [digits, "521" + digits[2:]]
    if digits.startswith("549"):
        return [digits, "54" + digits[3:]]
    if digits.startswith("54"):
        return [digits, "549" + digits[2:]]
    return [digits]
