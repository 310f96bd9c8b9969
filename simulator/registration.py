"""How a number comes to Meta: added or moved, proved by a code, registered with its PIN, its display name reviewed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator import review
from simulator.errors import GraphError
from simulator.models import Json, Number, Waba
from simulator.people import digits_of

if TYPE_CHECKING:
    from simulator.world import World

HOUR: Final = 3600.0
CODES_AN_HOUR: Final = 5
CODE_LIVES: Final = 600.0
WRONG_PINS_AN_HOUR: Final = 5
REGISTRATIONS: Final = 10
REGISTRATIONS_IN: Final = 72 * HOUR
NAME_FORMAT: Final = "NAME_FORMAT_UNACCEPTABLE"
FORBIDDEN_IN_NAMES: Final = re.compile(r"whatsapp|meta|facebook|https?:|[!?*#@<>{}]", re.IGNORECASE)


def add(world: World, account: Waba, params: Json) -> Number:
    """A new number of an account, or one that moves here from another. It cannot send before it is registered."""
    digits = digits_of(
        str(params.get("country_code") or params.get("cc") or "")
        + str(params.get("phone_number", ""))
    )
    if len(digits) < 8:
        raise GraphError(100, message="(#100) The parameter phone_number is required.")
    name = str(params.get("verified_name") or account.name)
    same = [n for n in world.numbers.values() if digits_of(n.phone) == digits]
    if params.get("migrate_phone_number"):
        _check_move(same, account)
    elif same:
        raise _refused(
            2388103, "Number is taken", "This phone number is registered with another account."
        )
    number = Number(
        id=world.new_id(),
        waba_id=account.id,
        phone="+" + digits,
        verified_name=same[0].verified_name if same else name,
        quality=same[0].quality if same else "UNKNOWN",
        name_status=same[0].name_status if same else "PENDING_REVIEW",
        status="PENDING",
        is_verified=False,
        pin="",
    )
    world.numbers.keep(number)
    if not same:
        world.later(world.soon("review"), "name", {"id": number.id, "name": name})
    return number


def _check_move(same: list[Number], account: Waba) -> None:
    if not same:
        raise _refused(2388103, "Cannot migrate number", "This number is on no other account.")
    if any(number.waba_id == account.id for number in same):
        raise _refused(2388012, "Number exists", "The number is in this account already.")
    if any(number.pin for number in same):
        raise _refused(
            2388103,
            "Cannot migrate number",
            "Two-step verification is on. Switch it off in the old account first.",
        )


def _refused(subcode: int, title: str, words: str) -> GraphError:
    return GraphError(
        100, message="Invalid parameter", subcode=subcode, user_title=title, user_msg=words
    )


def request_code(world: World, number: Number, params: Json) -> None:
    """A code by SMS or call: no more than five in an hour."""
    if str(params.get("code_method", "")) not in ("SMS", "VOICE"):
        raise GraphError(100, message="(#100) Param code_method must be one of {SMS, VOICE}")
    now = world.clock.now()
    asked = tuple(at for at in number.codes_at if at > now - HOUR)
    if number.is_verified:
        raise GraphError(136024, message="Request code error", details="It is verified already.")
    if len(asked) >= CODES_AN_HOUR:
        raise GraphError(
            136024,
            message="Request code error",
            details="Too many codes were asked for. Try again in an hour.",
        )
    code = str(world.rng.randrange(100000, 999999))
    world.numbers.keep(replace(number, code=code, codes_at=(*asked, now)))


def verify_code(world: World, number: Number, params: Json) -> None:
    sent_at = max(number.codes_at, default=0.0)
    if number.codes_at and world.clock.now() > sent_at + CODE_LIVES:
        raise GraphError(136025, message="Verify code error", details="The code has expired.")
    if not number.code or str(params.get("code")) != number.code:
        raise GraphError(
            136025, message="Verify code error", details="The code is not the one that was sent."
        )
    world.numbers.keep(replace(number, is_verified=True, code=""))


def register(world: World, number: Number, params: Json) -> None:
    """From here on it can send. The first PIN is the number's PIN; ten tries in 72 hours."""
    pin, now = str(params.get("pin", "")), world.clock.now()
    if len(pin) != 6 or not pin.isdigit():
        raise GraphError(100, message="(#100) The parameter pin must be six digits.")
    if not number.is_verified:
        raise GraphError(133006)
    tries = tuple(at for at in number.registered_at if at > now - REGISTRATIONS_IN)
    if len(tries) >= REGISTRATIONS:
        raise GraphError(133016)
    wrong = tuple(at for at in number.wrong_pins_at if at > now - HOUR)
    if len(wrong) >= WRONG_PINS_AN_HOUR:
        raise GraphError(133008)
    number = world.numbers.keep(replace(number, registered_at=(*tries, now)))
    if number.pin and number.pin != pin:
        world.numbers.keep(replace(number, wrong_pins_at=(*wrong, now)))
        raise GraphError(133005)
    world.numbers.keep(replace(number, status="CONNECTED", pin=pin, wrong_pins_at=()))
    for other in list(world.numbers.values()):
        if other.id != number.id and digits_of(other.phone) == digits_of(number.phone):
            world.numbers.keep(replace(other, status="MIGRATED"))


def request_name(world: World, number: Number, name: str) -> None:
    """The old one stays until the new one is approved."""
    if not 3 <= len(name.strip()) <= 512:
        raise GraphError(100, message="(#100) Param new_display_name must have 3 to 512 characters")
    world.numbers.keep(replace(number, new_name=name.strip(), new_name_status="PENDING_REVIEW"))
    world.later(world.soon("review"), "name", {"id": number.id, "name": name.strip()})


def name_falls_due(world: World, number_id: str, name: str) -> None:
    """The automatic reviewer looks at a name, unless people decide by hand."""
    number = world.numbers.get(number_id)
    if number is None or world.settings["review_mode"] != "auto":
        return
    is_bad = bool(FORBIDDEN_IN_NAMES.search(name)) or not re.search(r"[^\W\d_]{2}", name)
    decide_name(world, number, name=name, reason=NAME_FORMAT if is_bad else "")


def decide_name(world: World, number: Number, *, name: str, reason: str = "") -> Number:
    """Approve it, or reject it for a reason; with its webhook."""
    status = "DECLINED" if reason else "APPROVED"
    if number.new_name == name:
        changed = replace(number, new_name_status=status)
        if not reason:
            changed = replace(
                changed, verified_name=name, name_status=status, new_name="", new_name_status=""
            )
    else:
        changed = replace(number, name_status=status)
    world.numbers.keep(changed)
    value: Json = {
        "display_phone_number": digits_of(number.phone),
        "decision": "REJECTED" if reason else "APPROVED",
        "requested_verified_name": name,
        "rejection_reason": reason or None,
    }
    review.emit(world, number.waba_id, "phone_number_name_update", value)
    return changed
