"""What an alert says to people: what is wrong, of what, and what to do. One entry a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from quality.alarms import SITE, Kind
from quality.aspects import Aspect, limit_of
from quality.models import Alert
from templates_app.models.states import word_for
from templates_app.templatetags.desk import moment
from whatsapp import errors
from whatsapp.numerals import whole

Said = tuple[str | Promise, str | Promise, str | Promise]

WORDS: Final[dict[str, Said]] = {
    "rating_yellow": (
        _("Quality fell to medium"),
        _("People block or report messages of this number more often than usual."),
        _("Look at what was sent in the last days. Send less marketing until it recovers; answers go on."),
    ),
    "rating_red": (
        _("Quality is low"),
        _("Many people blocked or reported messages of this number in the last 7 days."),
        _("Marketing from this number is stopped. Answers go on. It recovers by itself when complaints end."),
    ),
    "restricted": (
        _("Meta restricted sending"),
        _("Conversations that you begin may be refused; answers go on."),
        _("See the reason in WhatsApp Manager and ask for a review there."),
    ),
    "banned": (
        _("Meta switched it off"),
        _("Nothing can be sent from here."),
        _("Appeal in Meta’s Business Support. What customers write meanwhile, Meta keeps for a while."),
    ),
    "limit_near": (
        _("The messaging limit is near"),
        _("Over 80 % of the people that you may write to first in 24 hours are used up."),
        _("Put what can wait on another day. Answers to customers do not count."),
    ),
    "limit_reached": (
        _("The messaging limit is reached"),
        _("No more people can be written to first until the oldest of the last 24 hours fall out."),
        _("New recipients wait. To raise the limit keep quality high and verify the business."),
    ),
    "numbers_full": (
        _("No more numbers can be added"),
        _("The account has as many numbers as Meta allows."),
        _("Delete one that is no longer used, or verify the business and ask Meta for more."),
    ),
    "templates_near": (
        _("The limit of templates is near"),
        _("Nine of ten templates that Meta allows are there; each language counts as one."),
        _("Delete the ones that nobody sends any more."),
    ),
    "templates_full": (
        _("The limit of templates is reached"),
        _("Meta takes no new template; each language counts as one. Those that are there go on."),
        _("Delete the ones that nobody sends any more. Verifying the business raises a low limit."),
    ),
    "payment": (
        _("Meta cannot charge you"),
        _("There is no working payment method: messages that cost something are not delivered."),
        _("Add a payment method in WhatsApp Manager, under billing. What waits goes out by itself then."),
    ),
    "token_soon": (
        _("The access token ends soon"),
        _("When it ends, nothing can be sent and no file fetched."),
        _("Make a new one in Meta’s business settings, best one that never ends, and enter it here."),
    ),
    "token_dead": (
        _("The access token does not work"),
        _("Nothing can be sent; what is written waits."),
        _("Make a new token in Meta’s business settings and enter it under WhatsApp accounts."),
    ),
    "not_subscribed": (
        _("Meta sends us no webhooks"),
        _("The app is not subscribed to the account: customers’ messages do not arrive."),
        _("Subscribe it on the page of the WhatsApp account."),
    ),
    "silent": (
        _("Webhooks fell silent"),
        _("This number was busy, and for half an hour nothing has come from Meta."),
        _("Check that this server can be reached from outside. Nothing is lost: Meta tries for 7 days."),
    ),
    "signatures": (
        _("Webhooks come with a wrong signature"),
        _("Ten or more posts in ten minutes were refused: if they are Meta’s, customers’ messages do not arrive."),
        _("If the app secret was changed at Meta, enter it under WhatsApp accounts. Else a stranger tries in vain."),
    ),
    "slow_answers": (
        _("Webhooks are answered slowly"),
        _("Meta wants half of the answers within 250 ms and 99 of 100 within a second."),
        _("Give the server more processes, or the database a faster disk."),
    ),
    "name_rejected": (
        _("The display name was rejected"),
        _("Customers see the number instead of the name."),
        _("Ask for another name in WhatsApp Manager: it must be clearly the company’s own."),
    ),
    "held": (
        _("Sending is on hold"),
        _("Meta refuses everything from this number."),
        _("See the reason below. What waits goes out by itself once it is put right."),
    ),
    "security": (
        _("The number’s PIN was touched"),
        _("Somebody changed or asked to reset the two-step PIN of this number at Meta."),
        _("If it was none of you, change the PIN at once and see who has access to the business at Meta."),
    ),
    "meta_alert": (
        _("Meta has a message for you"),
        _("It concerns the account."),
        _("Open WhatsApp Manager to see what Meta asks for."),
    ),
    "template_rejected": (
        _("Template rejected"),
        _("Meta’s review said no."),
        _("Read the reason, correct it and submit it again."),
    ),
    "template_paused": (
        _("Template paused"),
        _("Customers complained or blocked: it cannot be sent until the pause is over."),
        _("Use another one, and change the words before it comes back."),
    ),
    "template_disabled": (
        _("Template disabled"),
        _("Meta has switched it off for good."),
        _("It can never be sent again. Write a new one with other words."),
    ),
    "template_category": (
        _("Category changed"),
        _("Meta moved it from “{before}” to “{after}”: its price is another one now."),
        _("See what it costs on its page, or write it anew without what promotes."),
    ),
    "template_category_due": (
        _("Category will change"),
        _("Meta will move it from “{before}” to “{after}” within 24 hours."),
        _("Its page says what that would have cost lately. You can ask Meta to look again."),
    ),
    "template_quality": (
        _("Template’s quality dropped"),
        _("It went from “{before}” to “{after}”."),
        _("Send it to fewer people, better chosen."),
    ),
    "template_needed_soon": (
        _("Template needed soon"),
        _("It must be submitted within a day to be approved in time."),
        _("Submit it by the time that is given."),
    ),
    "template_late": (
        _("Template late"),
        _("It is not submitted, and no longer safe to be approved in time."),
        _("Submit it now, or plan another one that is approved already."),
    ),
    "template_missed": (
        _("Template not there in time"),
        _("The moment for which it was needed has come, and it is not approved."),
        _("Use another one, or move the date."),
    ),
}  # fmt: skip

ASPECTS: Final[dict[str, str | Promise]] = {
    Aspect.RATING: _("Quality"),
    Aspect.STATUS: _("State"),
    Aspect.LIMIT: _("Messaging limit"),
    Aspect.LIMIT_USED: _("People reached"),
    Aspect.THROUGHPUT: _("Throughput"),
    Aspect.NAME: _("Display name"),
    Aspect.NAME_REVIEW: _("Review of the name"),
    Aspect.VERIFIED: _("Verification of the number"),
    Aspect.PIN: _("Two-step PIN"),
    Aspect.OFFICIAL: _("Official account"),
    Aspect.HEALTH: _("Meta’s health check"),
    Aspect.WEBHOOK: _("Webhooks"),
    Aspect.SIGNATURES: _("Signatures of webhooks"),
    Aspect.ANSWERS: _("Answers to webhooks"),
    Aspect.REVIEW: _("Review of the account"),
    Aspect.VERIFICATION: _("Verification of the business"),
    Aspect.PAYMENT: _("Payment method"),
    Aspect.RESTRICTION: _("Restriction"),
    Aspect.BAN: _("Ban"),
    Aspect.TOKEN: _("Access token"),
    Aspect.TOKEN_ENDS: _("End of the token"),
    Aspect.SUBSCRIPTION: _("Subscription to webhooks"),
    Aspect.NUMBERS: _("Numbers"),
    Aspect.NUMBERS_MOST: _("Numbers allowed"),
    Aspect.TEMPLATES: _("Templates"),
    Aspect.TEMPLATES_MOST: _("Templates allowed"),
    "security": _("Security"),
    "meta_alert": _("Meta’s alert"),
}
VALUES: Final[dict[str, str | Promise]] = {
    "GREEN": _("high"), "YELLOW": _("medium"), "RED": _("low"), "UNKNOWN": _("not rated"),
    "yes": _("yes"), "no": _("no"), "silent": _("silent"), "heard": _("heard again"),
    "wrong": _("wrong"), "right": _("right again"), "slow": _("slow"), "quick": _("quick again"),
    "CONNECTED": _("connected"), "FLAGGED": _("flagged"), "RESTRICTED": _("restricted"),
    "BANNED": _("banned"), "PENDING": _("pending"), "DISCONNECTED": _("disconnected"),
    "RATE_LIMITED": _("sending too fast"), "DELETED": _("deleted"),
    "APPROVED": _("approved"), "DECLINED": _("rejected"), "REJECTED": _("rejected"), "DEFERRED": _("put off"),
    "AVAILABLE_WITHOUT_REVIEW": _("in use, not reviewed"), "PENDING_REVIEW": _("being reviewed"),
    "EXPIRED": _("expired"), "NONE": _("none"), "AVAILABLE": _("all well"), "LIMITED": _("limited"),
    "BLOCKED": _("blocked"),
    "VERIFIED": _("verified"), "NOT_VERIFIED": _("not verified"), "UNVERIFIED": _("not verified"),
    "verified": _("verified"), "not_verified": _("not verified"), "pending_submission": _("not handed in yet"),
    "STANDARD": _("80 messages a second"), "HIGH": _("1,000 messages a second"),
    "TIER_UNLIMITED": _("unlimited"), "PAUSED": _("paused"), "DISABLED": _("disabled"),
    "PIN_CHANGED": _("PIN changed"), "PIN_RESET_REQUEST": _("PIN reset asked for"),
    "PIN_REQUEST_SUCCESS": _("PIN reset"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlertWords:
    title: str
    subject: str
    what: str
    todo: str
    detail: str = ""
    address: str = ""  # where it can be put right; empty: the page of all alerts


def of(alert: Alert) -> AlertWords:
    """In the language that is active."""
    title, what, todo = (str(words) for words in WORDS[alert.kind])
    row = alert.template or alert.draft
    if row is None:
        is_site = alert.kind in SITE
        subject = urlsplit(settings.PUBLIC_URL).netloc if is_site else alert.number or alert.account
        return AlertWords(title, str(subject), what, todo, _detail(alert))
    subject = f"{row} · {alert.account}"  # several accounts may have one of this name
    page = "template" if alert.template else "draft"
    address = reverse(f"templates_app:{page}", args=[row.pk])
    if alert.draft:
        return AlertWords(title, subject, what, todo, _by_when(alert), address)
    reason = alert.template.rejection if alert.template else None
    if reason and alert.kind == Kind.TEMPLATE_REJECTED:
        what, todo = reason.what, reason.todo
    told = {name: word_for(str(alert.facts.get(name, ""))) for name in ("before", "after")}
    return AlertWords(title, subject, what.format(**told), todo, address=address)


def _by_when(alert: Alert) -> str:
    """Till when a draft had to be submitted, and when it is needed, in the reader's zone."""
    by, needed = (moment(str(alert.facts.get(name, ""))) for name in ("before", "after"))
    said = gettext("submit by %(by)s · needed %(needed)s")
    return said % {"by": by, "needed": needed} if by and needed else ""


def _detail(alert: Alert) -> str:
    facts = alert.facts
    if code := str(facts.get("code", "")):
        known = (number := whole(code)) and errors.words(number, get_language() or "en")
        return f"{code}: {known.what}" if known else code
    if "most" in facts:
        return f"{facts['used']} / {facts['most']}"
    told = [facts.get(name, "") for name in ("status", "what", "description", "ends")]
    return " · ".join(value_words(str(one)) for one in told if one)


def aspect_words(aspect: str) -> str:
    return str(ASPECTS.get(aspect, aspect))


def value_words(value: str) -> str:
    """What Meta writes, in words; what we do not know stands as it is."""
    most = limit_of(value) if value.startswith("TIER_") else None
    if most is not None:
        return gettext("%(people)s people") % {"people": number_format(most, force_grouping=True)}
    return str(VALUES.get(value, value))
