"""Why a charge is what it is, in one sentence, in the language that is active; and the facts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import tariffs
from billing.cards import RateCard
from billing.facts import IN, TEMPLATE
from billing.market_names import market_name
from billing.models import LedgerEntry, StoredFact
from billing.models.ledger import Cause, Reason
from billing.money import Money
from billing.templatetags.money import money

FREE_TIER = 1000
ONLY_BAND = "0:MAX"  # a card without volume bands


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence`: all of it. `heard_at`: when the contact had last written before. `card`: the one that gave the rate.
    `joined`: how many more messages went out inside the conversation at no charge.
    """

    sentence: str
    heard_at: datetime | None
    card: RateCard | None
    joined: int
    zone: ZoneInfo


def explain(entry: LedgerEntry) -> Explanation:
    zone = ZoneInfo(entry.account.time_zone)
    if entry.cause == Cause.ACCEPTED:
        return Explanation(_accepted(entry), None, None, 0, zone)
    fact = StoredFact.objects.filter(workspace_id=entry.workspace_id, key=entry.key).first()
    heard_at = _heard_at(entry, fact)
    card = tariffs.cards_of(entry.workspace_id).by_id.get(entry.card) if entry.card else None
    parts = [
        _who(entry, heard_at),
        _what(entry, fact, zone),
        _price(entry, card),
        _quota(entry),
        _certainty(entry),
        _lateness(entry),
    ]
    sentence = "; ".join(part for part in parts if part) + "."
    return Explanation(sentence, heard_at, card, _joined(entry, fact), zone)


def _accepted(entry: LedgerEntry) -> str:
    words = _(
        "On %(day)s Meta counts %(theirs)s in %(market)s where our ledger had %(ours)s; %(agent)s accepted the"
        " difference: %(why)s"
    )
    return words % {
        "day": short_day(entry.day),
        "market": market_name(entry.market) or "—",
        "ours": entry.terms.get("ours", "?"),
        "theirs": entry.terms.get("theirs", "?"),
        "agent": entry.agent_name,
        "why": entry.note,
    }


def _heard_at(entry: LedgerEntry, fact: StoredFact | None) -> datetime | None:
    if entry.answers_at or fact is None:
        return entry.answers_at
    before = StoredFact.objects.filter(
        party_id=fact.party_id, direction=IN, at__lte=entry.sent_at
    ).order_by("-at")
    return before.values_list("at", flat=True).first()


def _who(entry: LedgerEntry, heard_at: datetime | None) -> str:
    subject = _("%(kind)s with %(who)s") % {
        "kind": entry.get_kind_display(),
        "who": entry.party.shown if entry.party else "—",
    }
    if entry.reason == Reason.FREE_ENTRY_POINT:
        return _("%(subject)s: the customer came from an advertisement") % {"subject": subject}
    if heard_at is None:
        return _("%(subject)s: the customer had never written before") % {"subject": subject}
    silence = _length(entry.sent_at - heard_at)
    if entry.answers_at:
        return _("%(subject)s: an answer to what the customer wrote %(time)s earlier") % {
            "subject": subject,
            "time": silence,
        }
    return _("%(subject)s: the customer had not written for %(time)s") % {
        "subject": subject,
        "time": silence,
    }


def _what(entry: LedgerEntry, fact: StoredFact | None, zone: ZoneInfo) -> str:
    about = {"at": moment(entry.sent_at, zone), "agent": entry.agent_name}
    if fact and fact.kind == TEMPLATE:
        about["name"] = entry.template_name or "?"
        if entry.agent_name:
            return _("template %(name)s sent by %(agent)s on %(at)s") % about
        return _("template %(name)s sent on %(at)s") % about
    if entry.agent_name:
        return _("message sent by %(agent)s on %(at)s") % about
    return _("message sent on %(at)s") % about


def _price(entry: LedgerEntry, card: RateCard | None) -> str:
    match entry.reason:
        case Reason.FREE_TIER:
            words = _("free: number %(n)s of the %(limit)s free ones of %(month)s")
            month = _month(entry.day)
            return words % {"n": entry.quota_position, "limit": FREE_TIER, "month": month}
        case Reason.FREE_SERVICE:
            return _("free inside the 24 hours after the customer’s message")
        case Reason.FREE_ENTRY_POINT:
            return _("free for 72 hours")
        case Reason.FREE_ON_CARD:
            return _("the card sets no price for it")
        case Reason.NO_RATE:
            words = _(
                "no card in %(currency)s has a rate for %(market)s: no amount until one is entered"
            )
            return words % {"currency": entry.currency, "market": market_name(entry.market)}
        case Reason.NO_MARKET:
            return _("the customer’s country is not known, so neither is the price")
        case Reason.NO_WINDOW:
            return _(
                "WhatsApp delivered it although no window seems to have been open, so what it cost is not known"
            )
        case _:
            return _charged(entry, card)


def _charged(entry: LedgerEntry, card: RateCard | None) -> str:
    place = market_name(entry.market)
    if entry.market_is_estimated:
        place = _("%(market)s (by the country of the customer’s id)") % {"market": place}
    since = date_format(card.effective_from, "DATE_FORMAT") if card else ""
    words = _("%(market)s, card of %(day)s, %(price)s")
    said = words % {
        "market": place,
        "day": since,
        "price": money(_money(entry.cost, entry.currency)),
    }
    if entry.tier and entry.tier != ONLY_BAND:
        said += ", " + _("number %(n)s of the month, in the volume band %(band)s") % {
            "n": entry.tier_position,
            "band": entry.tier,
        }
    if entry.reason == Reason.NO_EXCHANGE_RATE:
        words = _(
            "there is no exchange rate from %(base)s to %(quote)s: no price until one is entered"
        )
        said += "; " + words % {"base": entry.currency, "quote": entry.price_currency}
    return said


def _quota(entry: LedgerEntry) -> str:
    """Only of interest where it would have been free had it come earlier."""
    if entry.quota_position is None or entry.reason != Reason.CHARGED:
        return ""
    last = (
        LedgerEntry.objects.filter(
            account_id=entry.account_id,
            workspace_id=entry.workspace_id,
            day__gte=entry.day.replace(day=1),
            opened_at__lt=entry.opened_at,
            reason=Reason.FREE_TIER,
        )
        .standing()
        .order_by("-opened_at")
        .values_list("day", flat=True)
        .first()
    )
    if last is None:
        return _("the %(limit)s free ones of the month had been used up before") % {
            "limit": FREE_TIER
        }
    return _("the %(limit)s free ones of the month were used up on %(day)s") % {
        "limit": FREE_TIER,
        "day": short_day(last),
    }


def _certainty(entry: LedgerEntry) -> str:
    if not entry.is_estimated:
        return ""
    return _("an estimate, on no invoice until WhatsApp confirms the delivery")


def _lateness(entry: LedgerEntry) -> str:
    """Why it is booked in another month than its own."""
    if entry.month == entry.day.replace(day=1):
        return ""
    return _("booked in %(month)s, because %(closed)s was closed before") % {
        "month": _month(entry.month),
        "closed": _month(entry.day),
    }


def _month(day: date) -> str:
    """Inside a sentence: “November 2026”, “ноябрь 2026”."""
    told = date_format(day, "F Y")
    return told if (get_language() or "en") == "en" else told.lower()


def _joined(entry: LedgerEntry, fact: StoredFact | None) -> int:
    if fact is None or entry.expires_at is None:
        return 0
    inside = StoredFact.objects.filter(
        party_id=fact.party_id, at__gte=entry.sent_at, at__lt=entry.expires_at
    )
    return inside.exclude(direction=IN).exclude(status="failed").exclude(key=entry.key).count()


def moment(at: datetime, zone: ZoneInfo) -> str:
    """“12 Nov, 17:00”, in the zone of the account, by which it is billed."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())}, {date_format(local, 'TIME_FORMAT')}"


def short_day(day: date) -> str:
    return date_format(day, "j E Y")


def _length(time: timedelta) -> str:
    hours = time // timedelta(hours=1)
    if hours >= 72:
        return ngettext("%(n)s day", "%(n)s days", time.days) % {"n": time.days}
    if hours:
        return _("%(n)s h") % {"n": hours}
    return _("%(n)s min") % {"n": time // timedelta(minutes=1)}


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return Money(amount.normalize(), currency) if amount is not None else None
