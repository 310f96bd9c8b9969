"""What became of our messages, and what people want from us: statuses and marketing preferences."""

from __future__ import annotations

from whatsapp.facts import Fact, PreferenceChanged, Pricing, StatusUpdate, Unrecognised
from whatsapp.webhooks import wire
from whatsapp.webhooks.messages import Place, errors, person
from whatsapp.webhooks.wire import Raw

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})


def status(raw: Raw, *, place: Place) -> Fact:
    found = wire.Status.model_validate(raw)
    if found.status not in STATUSES:
        return Unrecognised(
            waba_id=place.waba_id,
            field=place.field,
            raw=raw,
            reason=f"unknown status {found.status[:40]!r}",
        )
    is_group = found.recipient_type == "group"
    recipient = person(
        found.recipient_participant_id if is_group else found.recipient_id,
        found.recipient_participant_user_id if is_group else found.recipient_user_id,
        found.recipient_parent_user_id,
        contacts=place.contacts,
    )
    return StatusUpdate(
        **place.common(raw),
        wamid=found.id,
        status=found.status,
        at=found.timestamp,
        recipient=recipient,
        callback_data=found.biz_opaque_callback_data,
        pricing=_pricing(found),
        errors=errors(found.errors),
        group_id=found.recipient_id if is_group else "",
    )


def preference(raw: Raw, *, place: Place) -> Fact:
    found = wire.Preference.model_validate(raw)
    who = person(found.wa_id, found.user_id, found.parent_user_id, contacts=place.contacts)
    if not who.is_known:
        raise ValueError("nothing says whose preference this is")
    return PreferenceChanged(
        **place.common(raw),
        person=who,
        category=found.category,
        value=found.value,
        at=found.timestamp,
        detail=found.detail,
        signup_id=found.signup_id,
    )


def _pricing(found: wire.Status) -> Pricing | None:
    pricing, conversation = found.pricing, found.conversation
    if pricing is None and conversation is None:
        return None
    return Pricing(
        model=pricing.pricing_model if pricing else "",
        category=pricing.category if pricing else "",
        type=pricing.type if pricing else "",
        is_billable=pricing.billable if pricing else None,
        conversation_id=conversation.id if conversation else "",
        conversation_origin=conversation.origin.type if conversation else "",
        conversation_expires_at=conversation.expiration_timestamp if conversation else None,
    )
