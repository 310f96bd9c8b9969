"""What is wrong, told from what is known. Pure: the same values always give the same alarms, so nothing piles up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from quality.aspects import Aspect, limit_of
from templates_app.ringing import AlertKind

TOKEN_SOON: Final = timedelta(days=14)
NEAR: Final = 0.8  # of the messaging limit
TEMPLATES_NEAR: Final = 0.9  # of the templates allowed
PAYMENT_CODES: Final = frozenset({"131042", "141006"})


class Kind(StrEnum):
    RATING_YELLOW = "rating_yellow"
    RATING_RED = "rating_red"
    RESTRICTED = "restricted"
    BANNED = "banned"
    LIMIT_NEAR = "limit_near"
    LIMIT_REACHED = "limit_reached"
    NUMBERS_FULL = "numbers_full"
    TEMPLATES_NEAR = "templates_near"
    TEMPLATES_FULL = "templates_full"
    PAYMENT = "payment"
    TOKEN_SOON = "token_soon"  # noqa: S105  the name of an alarm
    TOKEN_DEAD = "token_dead"  # noqa: S105
    NOT_SUBSCRIBED = "not_subscribed"
    SILENT = "silent"
    SIGNATURES = "signatures"
    SLOW_ANSWERS = "slow_answers"
    NAME_REJECTED = "name_rejected"
    HELD = "held"
    SECURITY = "security"  # happened: stays until somebody has seen it
    META_ALERT = "meta_alert"  # likewise
    TEMPLATE_REJECTED = AlertKind.REJECTED.value
    TEMPLATE_PAUSED = AlertKind.PAUSED.value
    TEMPLATE_DISABLED = AlertKind.DISABLED.value
    TEMPLATE_CATEGORY = AlertKind.CATEGORY.value
    TEMPLATE_CATEGORY_DUE = AlertKind.CATEGORY_DUE.value
    TEMPLATE_QUALITY = AlertKind.QUALITY.value
    TEMPLATE_NEEDED_SOON = AlertKind.NEEDED_SOON.value
    TEMPLATE_LATE = AlertKind.LATE.value
    TEMPLATE_MISSED = AlertKind.MISSED.value


class Severity(StrEnum):
    BAD = "bad"
    WARNING = "warning"


BAD: Final = frozenset(
    {Kind.RATING_RED, Kind.RESTRICTED, Kind.BANNED, Kind.LIMIT_REACHED, Kind.PAYMENT, Kind.TOKEN_DEAD,
     Kind.NOT_SUBSCRIBED, Kind.SILENT, Kind.SIGNATURES, Kind.HELD, Kind.SECURITY, Kind.TEMPLATES_FULL,
     Kind.TEMPLATE_REJECTED, Kind.TEMPLATE_DISABLED, Kind.TEMPLATE_MISSED}
)  # fmt: skip
SITE: Final = frozenset({Kind.SIGNATURES, Kind.SLOW_ANSWERS})  # no account's own matter
# The desk tells when these begin and end.
OF_TEMPLATES: Final = frozenset(Kind(kind) for kind in AlertKind)
MAILED: Final = BAD | OF_TEMPLATES  # where nobody chose otherwise
# Over once somebody has seen it: it will not be put right by itself, or cannot be.
HAPPENED: Final = frozenset(
    {Kind.SECURITY, Kind.META_ALERT, Kind.TEMPLATE_REJECTED, Kind.TEMPLATE_DISABLED, Kind.TEMPLATE_CATEGORY,
     Kind.TEMPLATE_QUALITY, Kind.TEMPLATE_MISSED}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alarm:
    """`number`, `template`, `draft`: ids of what it is about; all None: the account."""

    kind: Kind
    number: int | None = None
    template: int | None = None
    draft: int | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict, compare=False)

    @property
    def severity(self) -> Severity:
        return Severity.BAD if self.kind in BAD else Severity.WARNING

    @property
    def key(self) -> tuple[str, int | None]:
        """Among those of an account's own and its numbers' states."""
        return self.kind.value, self.number


def of_number(number: int, values: Mapping[Aspect, str], *, held_code: str) -> list[Alarm]:
    found: list[Alarm] = []
    rating = values.get(Aspect.RATING, "")
    if rating in ("YELLOW", "RED"):
        kind = Kind.RATING_RED if rating == "RED" else Kind.RATING_YELLOW
        found.append(Alarm(kind, number))
    status = values.get(Aspect.STATUS, "")
    if status in ("RESTRICTED", "RATE_LIMITED"):
        found.append(Alarm(Kind.RESTRICTED, number, facts={"status": status}))
    if status in ("BANNED", "DISCONNECTED", "DELETED"):
        found.append(Alarm(Kind.BANNED, number, facts={"status": status}))
    if held_code:
        kind = Kind.PAYMENT if held_code in PAYMENT_CODES else Kind.HELD
        found.append(Alarm(kind, number, facts={"code": held_code}))
    if values.get(Aspect.NAME_REVIEW) == "DECLINED":
        found.append(Alarm(Kind.NAME_REJECTED, number))
    if values.get(Aspect.WEBHOOK) == "silent":
        found.append(Alarm(Kind.SILENT, number))
    return found


def of_account(
    values: Mapping[Aspect, str],
    *,
    limit: str,
    at: datetime,
    is_refused: bool = False,
) -> list[Alarm]:
    """`limit`: Meta's tier of the portfolio; `is_refused`: a send was told that the token does not work."""
    found: list[Alarm] = []
    if values.get(Aspect.RESTRICTION):
        found.append(Alarm(Kind.RESTRICTED, facts={"status": values[Aspect.RESTRICTION]}))
    if values.get(Aspect.BAN):
        found.append(Alarm(Kind.BANNED, facts={"status": values[Aspect.BAN]}))
    codes = set(values.get(Aspect.HEALTH, "").split())
    if values.get(Aspect.PAYMENT) == "no" or codes & PAYMENT_CODES:
        found.append(Alarm(Kind.PAYMENT))
    if values.get(Aspect.SUBSCRIPTION) == "no":
        found.append(Alarm(Kind.NOT_SUBSCRIBED))
    if values.get(Aspect.SIGNATURES) == "wrong":
        found.append(Alarm(Kind.SIGNATURES))
    if values.get(Aspect.ANSWERS) == "slow":
        found.append(Alarm(Kind.SLOW_ANSWERS))
    return [
        *found,
        *_token(values, at, is_refused=is_refused),
        *_limit(values, limit),
        *_rooms(values),
    ]


def _token(values: Mapping[Aspect, str], at: datetime, *, is_refused: bool) -> list[Alarm]:
    if is_refused or values.get(Aspect.TOKEN) == "no":
        return [Alarm(Kind.TOKEN_DEAD)]
    ends = values.get(Aspect.TOKEN_ENDS, "")
    if ends and datetime.fromisoformat(ends) - at < TOKEN_SOON:
        return [Alarm(Kind.TOKEN_SOON, facts={"ends": ends})]
    return []


def _limit(values: Mapping[Aspect, str], limit: str) -> list[Alarm]:
    most, used = limit_of(limit), values.get(Aspect.LIMIT_USED, "")
    if most is None or not used.isdigit():
        return []
    facts: dict[str, str | int] = {"used": int(used), "most": most}
    if int(used) >= most:
        return [Alarm(Kind.LIMIT_REACHED, facts=facts)]
    return [Alarm(Kind.LIMIT_NEAR, facts=facts)] if int(used) >= most * NEAR else []


def _rooms(values: Mapping[Aspect, str]) -> list[Alarm]:
    """How many numbers and templates Meta lets the account have. Over once there is room again, or more is allowed.

    Numbers are few, so their limit is told when it is reached, that of templates already when nine of ten are used.
    """
    found: list[Alarm] = []
    if (room := _room(values, Aspect.NUMBERS, Aspect.NUMBERS_MOST)) and room[0] >= room[1]:
        found.append(Alarm(Kind.NUMBERS_FULL, facts={"used": room[0], "most": room[1]}))
    if room := _room(values, Aspect.TEMPLATES, Aspect.TEMPLATES_MOST):
        facts: dict[str, str | int] = {"used": room[0], "most": room[1]}
        if room[0] >= room[1]:
            found.append(Alarm(Kind.TEMPLATES_FULL, facts=facts))
        elif room[0] >= room[1] * TEMPLATES_NEAR:
            found.append(Alarm(Kind.TEMPLATES_NEAR, facts=facts))
    return found


def _room(values: Mapping[Aspect, str], used: Aspect, most: Aspect) -> tuple[int, int] | None:
    """How many there are and may be; None where Meta has not said both."""
    counted, allowed = values.get(used, ""), values.get(most, "")
    if not counted.isdecimal() or not allowed.isdecimal() or int(allowed) == 0:
        return None
    return int(counted), int(allowed)


# --- how this site takes webhooks ------------------------------------------------------------------

WATCHED: Final = timedelta(minutes=10)
REFUSED_BURST: Final = 10  # posts without a right signature; a scanner's single ones are no news
ANSWERED_LEAST: Final = 30  # fewer answers say nothing of the pace
MEAN_MS: Final = 250  # Meta asks for half of the answers in this time (whatsapp-platform.md 2.1),
SLOW_SHARE: Final = 0.01  # and for 99 of 100 within a second
SLOW_LEAST: Final = 3


def signatures_are_wrong(refused: int, *, were: bool) -> bool:
    """Of the last ten minutes. Once wrong they stay it until none is refused, so that nothing flutters."""
    return refused >= (1 if were else REFUSED_BURST)


def answers_are_slow(*, answered: int, slow: int, total_ms: int, were: bool) -> bool:
    """Likewise: a slow spell ends when ten minutes were quick, or nothing came in them."""
    if not answered or (answered < ANSWERED_LEAST and not were):
        return False
    many = slow > answered * SLOW_SHARE and slow >= (1 if were else SLOW_LEAST)
    return many or total_ms > answered * MEAN_MS


# --- silence ---------------------------------------------------------------------------------------

SILENCE: Final = timedelta(minutes=30)
BUSY: Final = 12  # events in the hour before the last one
BUSY_HOUR: Final = timedelta(hours=1)


def is_silent(last_at: datetime | None, *, in_hour_before: int, at: datetime) -> bool:
    """Whether a number that was busy has said nothing for half an hour. A quiet one may be quiet."""
    return last_at is not None and at - last_at >= SILENCE and in_hour_before >= BUSY
