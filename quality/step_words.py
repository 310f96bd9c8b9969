"""What the checklist says: of each step its title and why; of each state what it means and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from quality.onboarding import Judged, Step
from whatsapp import errors

Text = str | Promise

TITLES: Final[dict[Step, tuple[Text, Text]]] = {
    Step.BUSINESS: (
        _("Business verification"),
        _("Meta checks once that the company exists. Without it 250 people a day can be written to first, with it 2,000 and more."),
    ),
    Step.NUMBER: (
        _("A number"),
        _("It must be able to take an SMS or a call, and must not be in use in the WhatsApp app."),
    ),
    Step.CODE: (_("Proof that the number is yours"), _("Meta sends six digits by SMS or reads them out in a call.")),
    Step.REGISTERED: (
        _("Registration with a PIN"),
        _("Only a registered number sends. The PIN keeps others from registering it: note it down where the company keeps its passwords."),
    ),
    Step.NAME: (_("Display name"), _("Customers see it instead of the number, once Meta has approved it.")),
    Step.PAYMENT: (
        _("Payment method"),
        _("Templates cost money, and so do answers after the first 1,000 of a month. Without a card Meta stops delivering them."),
    ),
    Step.WEBHOOK: (
        _("Our address answers"),
        _("Meta posts customers’ messages to it. We post a signed one to ourselves from outside and follow it until a worker has processed it."),
    ),
    Step.FIELDS: (
        _("Meta posts to it"),
        _("Meta must know the address, and what it shall tell: messages, templates, quality, restrictions."),
    ),
    Step.TOKEN: (_("Access token"), _("With it we call Meta. A system user’s token that never ends is best.")),
    Step.PROFILE: (_("Business profile"), _("What customers see when they touch the name: who you are and when to reach you.")),
    Step.TEMPLATE: (
        _("A first template"),
        _("To write first, or after 24 hours of silence, you need words that Meta has approved."),
    ),
    Step.INBOUND: (_("A first message from outside"), _("Write to the number from your own phone: then you know that the way in works.")),
    Step.OUTBOUND: (_("A first answer that arrives"), _("Answer yourself, and see the two ticks: then the way out works, too.")),
}  # fmt: skip

SAID: Final[dict[tuple[Step, str], Text]] = {
    (Step.BUSINESS, "verified"): _("Meta has verified the business."),
    (Step.BUSINESS, "not_verified"): _(
        "Not begun. You need the legal name, address, telephone and website, and a document that shows them. Messages flow without it."
    ),
    (Step.BUSINESS, "pending"): _("Meta is looking at the documents. That takes from minutes to some days."),
    (Step.BUSINESS, "pending_need_more_info"): _("Meta needs more: the Security Centre names the document or the detail."),
    (Step.BUSINESS, "pending_submission"): _("Begun and not handed in: finish the form in the Security Centre."),
    (Step.BUSINESS, "rejected"): _("Meta refused. Name and address must stand in the document exactly as in the form; then ask again."),
    (Step.BUSINESS, "failed"): _("Meta could not verify the business. See why in the Security Centre and hand in another document."),
    (Step.BUSINESS, "expired"): _("The verification ran out. Hand the documents in again."),
    (Step.BUSINESS, "revoked"): _("Meta took the verification back. Ask for a review in the Security Centre."),
    (Step.BUSINESS, "ineligible"): _("Meta does not offer it to this portfolio yet. Messages flow without it."),
    (Step.BUSINESS, "unknown"): _("Meta did not say."),
    (Step.NUMBER, "added"): _("%(number)s is in the account as “%(name)s”."),
    (Step.NUMBER, "none"): _("No number of this account is worked here yet."),
    (Step.NUMBER, "unknown"): _("Meta could not be asked for the numbers."),
    (Step.CODE, "verified"): _("Meta knows that the number is yours."),
    (Step.CODE, "not_verified"): _("%(number)s waits for its code."),
    (Step.CODE, "expired"): _("The proof of %(number)s ran out: ask for another code."),
    (Step.CODE, "number_first"): _("First comes the number."),
    (Step.REGISTERED, "connected"): _("The number is registered and can send."),
    (Step.REGISTERED, "not_registered"): _("Not registered yet: it can neither send nor receive."),
    (Step.REGISTERED, "code_first"): _("First comes the code."),
    (Step.REGISTERED, "number_first"): _("First comes the number."),
    (Step.REGISTERED, "banned"): _("Meta has banned this number. Ask for a review in Business Support."),
    (Step.REGISTERED, "deleted"): _("The number was deleted at Meta. Add it again."),
    (Step.REGISTERED, "migrated"): _("The number has moved to another account and works there."),
    (Step.NAME, "approved"): _("“%(name)s” is approved."),
    (Step.NAME, "without_review"): _("“%(name)s” is in use; Meta has not reviewed it."),
    (Step.NAME, "reviewed"): _("Meta is reviewing “%(name)s”. Until then customers see the number."),
    (Step.NAME, "new_reviewed"): _("Meta is reviewing “%(new)s”. “%(name)s” stays until then."),
    (Step.NAME, "declined"): _(
        "Meta rejected “%(name)s”; customers see the number. The name must be clearly the company’s own: no generic words, no person, no odd capitals or signs."
    ),
    (Step.NAME, "new_declined"): _(
        "Meta rejected “%(new)s”; “%(name)s” stays. The name must be clearly the company’s own: no generic words, no person, no odd capitals or signs."
    ),
    (Step.NAME, "expired"): _("The approval of “%(name)s” ran out. Ask again, then register the number once more."),
    (Step.NAME, "no_name"): _("No name yet."),
    (Step.NAME, "number_first"): _("First comes the number."),
    (Step.PAYMENT, "there"): _("Meta has a payment method."),
    (Step.PAYMENT, "missing"): _("Meta names no payment method. Free answers are delivered, everything else is not."),
    (Step.PAYMENT, "broken"): _("Meta cannot charge the payment method: what costs something is not delivered."),
    (Step.PAYMENT, "unknown"): _("Meta did not say."),
    (Step.WEBHOOK, "not_tested"): _("Not tested yet: %(address)s"),
    (Step.WEBHOOK, "tested"): _("%(address)s took a signed post and processed it, %(at)s."),
    (Step.WEBHOOK, "tested_long_ago"): _("It worked on %(at)s. Test it again."),
    (Step.WEBHOOK, "test:unreachable"): _("%(address)s does not answer. Is the site up, and is PUBLIC_URL the address that the world sees?"),
    (Step.WEBHOOK, "test:not_https"): _("%(address)s is not https: Meta posts nowhere else. Set PUBLIC_URL and a certificate."),
    (Step.WEBHOOK, "test:handshake"): _("%(address)s answers, but not as we do: something else stands there, or the proxy leads elsewhere."),
    (Step.WEBHOOK, "test:open"): _("%(address)s takes posts without a signature: what answers there is not this product."),
    (Step.WEBHOOK, "test:refused"): _("%(address)s refused a post with the right signature. Does the proxy pass the body on unchanged?"),
    (Step.WEBHOOK, "test:not_stored"): _("The post was answered and is not in our database: %(address)s belongs to another installation."),
    (Step.WEBHOOK, "test:not_processed"): _("The post was stored, and no worker took it for ten seconds. Is the worker of the queue intake running?"),
    (Step.FIELDS, "subscribed"): _("Meta posts everything that we understand."),
    (Step.FIELDS, "no_address"): _("Meta has no address of ours yet."),
    (Step.FIELDS, "other_address"): _("Meta posts to %(theirs)s instead of %(ours)s."),
    (Step.FIELDS, "not_subscribed"): _("The address is known; the account is not subscribed to the app."),
    (Step.FIELDS, "fields_missing"): _("Meta does not tell: %(fields)s."),
    (Step.FIELDS, "unknown"): _("Meta could not be asked for the address."),
    (Step.TOKEN, "for_ever"): _("It works, never ends and may do all that we need."),
    (Step.TOKEN, "ends"): _("It works until %(ends)s and may do all that we need."),
    (Step.TOKEN, "ends_soon"): _("It ends on %(ends)s. Make another one that never ends, and enter it here."),
    (Step.TOKEN, "dead"): _("Meta does not accept it: %(meta)s"),
    (Step.TOKEN, "other_app"): _("It was made for another app, whose webhooks do not come here."),
    (Step.TOKEN, "scopes_missing"): _("It lacks a permission: %(scopes)s. Make another one with it."),
    (Step.TOKEN, "not_this_account"): _("It was not given access to this account. Give it to the system user, then make another token."),
    (Step.TOKEN, "unknown"): _("Meta could not be asked for the token."),
    (Step.PROFILE, "filled"): _("Customers see who you are."),
    (Step.PROFILE, "empty"): _("Still empty: %(fields)s."),
    (Step.PROFILE, "number_first"): _("First comes the number."),
    (Step.PROFILE, "unknown"): _("Meta could not be asked for the profile."),
    (Step.TEMPLATE, "approved"): _("Approved templates: %(n)s."),
    (Step.TEMPLATE, "pending"): _("In review at Meta: %(n)s. Usually that takes minutes, at most a day."),
    (Step.TEMPLATE, "rejected"): _("Meta rejected what there is. Its reasons stand at the template."),
    (Step.TEMPLATE, "none"): _("None yet. The library has some that Meta approves at once."),
    (Step.INBOUND, "came"): _("The first message came on %(at)s."),
    (Step.INBOUND, "none"): _("Nothing has come yet. This page notices by itself."),
    (Step.INBOUND, "number_first"): _("First comes the number."),
    (Step.OUTBOUND, "arrived"): _("The first answer arrived on %(at)s."),
    (Step.OUTBOUND, "under_way"): _("It is under way. This page notices when it has arrived."),
    (Step.OUTBOUND, "failed"): _("It did not arrive: %(code)s"),
    (Step.OUTBOUND, "none"): _("Open the conversation and answer."),
    (Step.OUTBOUND, "inbound_first"): _("First comes a message from outside."),
}  # fmt: skip

PROFILE_FIELDS: Final[dict[str, Text]] = {
    "about": _("a line about you"), "description": _("a description"), "vertical": _("the trade"),
}  # fmt: skip

# Where only Meta's own pages can do it; `{waba}` and `{app}` are filled in.
MANAGER: Final = "https://business.facebook.com/wa/manage"
LINKS: Final[dict[Step, tuple[Text, str]]] = {
    Step.BUSINESS: (_("Security Centre"), "https://business.facebook.com/settings/security/"),
    Step.NUMBER: (_("Numbers in WhatsApp Manager"), MANAGER + "/phone-numbers/?waba_id={waba}"),
    Step.REGISTERED: (_("Two-step PIN in WhatsApp Manager"), MANAGER + "/phone-numbers/?waba_id={waba}"),
    Step.PAYMENT: (_("Payment methods at Meta"), "https://business.facebook.com/billing_hub/payment_settings/"),
    Step.FIELDS: (_("Webhooks of the app"), "https://developers.facebook.com/apps/{app}/webhooks/"),
    Step.TOKEN: (_("System users at Meta"), "https://business.facebook.com/settings/system-users/"),
    Step.TEMPLATE: (_("Templates in WhatsApp Manager"), MANAGER + "/message-templates/?waba_id={waba}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepWords:
    title: str
    why: str
    said: str
    link_words: str = ""
    link: str = ""


def of(judged: Judged, *, waba_id: str, app_id: str) -> StepWords:
    """In the language that is active."""
    title, why = TITLES[judged.step]
    said = SAID.get((judged.step, judged.said))
    words, link = LINKS.get(judged.step, ("", ""))
    return StepWords(
        title=str(title),
        why=str(why),
        said=str(said) % _shown(judged) if said else judged.said,
        link_words=str(words),
        link=link.format(waba=waba_id, app=app_id),
    )


def _shown(judged: Judged) -> dict[str, str]:
    return {name: _fact(judged.step, name, value) for name, value in judged.facts.items()}


def _fact(step: Step, name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, list):
        known = PROFILE_FIELDS if step == Step.PROFILE else {}
        return ", ".join(str(known.get(one, one)) for one in value)
    if name == "code":
        return errors.words(int(value), get_language() or "en").what
    return str(value)
