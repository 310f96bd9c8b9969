"""What Meta says about templates, numbers and the account: the fields of whatsapp-platform 2.4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp.facts import (
    AccountAlert,
    AccountEvent,
    Fact,
    NumberName,
    NumberQuality,
    NumberSecurity,
    TemplateCategory,
    TemplateComponents,
    TemplateQuality,
    TemplateStatus,
)
from whatsapp.webhooks import wire
from whatsapp.webhooks.wire import Raw

TEMPLATE_FIELDS = frozenset(
    {
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
    }
)


def template(waba_id: str, field: str, value: Raw) -> Fact:
    """Any template event, told apart by its keys: Meta's own samples carry the wrong field name."""
    if "new_quality_score" in value:
        return _template_quality(waba_id, field, value)
    if "message_template_element" in value or field == "message_template_components_update":
        return _template_components(waba_id, field, value)
    if "event" not in value and ("new_category" in value or field == "template_category_update"):
        return _template_category(waba_id, field, value)
    return _template_status(waba_id, field, value)


def _template_status(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.TemplateStatus.model_validate(value)
    told = found.rejection_info.reason if found.reason else ""  # else it is the reason itself
    return TemplateStatus(
        **_template(waba_id, field, value, found),
        event=found.event,
        reason=found.reason or found.rejection_info.reason,
        category=found.message_template_category,
        note_title=found.other_info.title,
        note="\n".join(filter(None, (found.other_info.description, told))),
        recommendation=found.rejection_info.recommendation,
        disable_date=found.disable_info.disable_date,
    )


def _template_quality(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.TemplateQuality.model_validate(value)
    return TemplateQuality(
        **_template(waba_id, field, value, found),
        previous=found.previous_quality_score,
        current=found.new_quality_score,
    )


def _template_category(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.TemplateCategory.model_validate(value)
    if not found.new_category and not found.correct_category:
        raise ValueError("no category in a category update")
    return TemplateCategory(
        **_template(waba_id, field, value, found),
        previous=found.previous_category,
        current=found.new_category,
        upcoming=found.correct_category,
        changes_at=found.category_update_timestamp,
    )


def _template_components(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.TemplateComponents.model_validate(value)
    return TemplateComponents(
        **_template(waba_id, field, value, found),
        title=found.message_template_title,
        body=found.message_template_element,
        footer=found.message_template_footer,
        buttons=tuple(
            _button(item) for item in found.message_template_buttons if isinstance(item, dict)
        ),
    )


def _template(waba_id: str, field: str, value: Raw, found: wire.TemplateKey) -> dict[str, Any]:
    return {
        "waba_id": waba_id,
        "field": field,
        "raw": value,
        "template_id": found.message_template_id,
        "name": found.message_template_name,
        "language": found.message_template_language.replace("-", "_"),
    }


def _button(item: Raw) -> Raw:
    button = wire.TemplateButton.model_validate(item)
    words = {
        "type": button.message_template_button_type,
        "text": button.message_template_button_text,
        "url": button.message_template_button_url,
        "phone_number": button.message_template_button_phone_number,
    }
    return {key: word for key, word in words.items() if word}


def _number_quality(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.NumberQuality.model_validate(value)
    return NumberQuality(
        **_number(waba_id, field, value),
        event=found.event,
        current_limit=found.current_limit,
        old_limit=found.old_limit,
        portfolio_limit=found.max_daily_conversations_per_business,
    )


def _number_name(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.NumberName.model_validate(value)
    reasons = [
        found.rejection_reason,
        *(str(reason) for reason in found.rejection_reasons if reason),
    ]
    return NumberName(
        **_number(waba_id, field, value),
        decision=found.decision,
        requested_name=found.requested_verified_name or found.requested_username,
        rejection_reason=", ".join(filter(None, reasons)),
        is_username=field == "phone_number_username_update",
    )


def _number_security(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.NumberSecurity.model_validate(value)
    return NumberSecurity(
        **_number(waba_id, field, value), event=found.event, requester=found.requester
    )


def _number(waba_id: str, field: str, value: Raw) -> dict[str, Any]:
    named = wire.Metadata.model_validate(value)
    return {
        "waba_id": waba_id,
        "field": field,
        "raw": value,
        "phone_number_id": named.phone_number_id,
        "display_phone_number": named.display_phone_number,
    }


def _account_event(waba_id: str, field: str, value: Raw) -> Fact:
    return AccountEvent(
        waba_id=waba_id,
        field=field,
        raw=value,
        event=wire.Event.model_validate(value).event,
        details=value,
    )


def _account_review(waba_id: str, field: str, value: Raw) -> Fact:
    return AccountEvent(
        waba_id=waba_id,
        field=field,
        raw=value,
        event=wire.Review.model_validate(value).decision,
        details=value,
    )


def _capability(waba_id: str, field: str, value: Raw) -> Fact:
    return AccountEvent(
        waba_id=waba_id, field=field, raw=value, event="BUSINESS_CAPABILITY_UPDATE", details=value
    )


def _alert(waba_id: str, field: str, value: Raw) -> Fact:
    found = wire.Alert.model_validate(value)
    return AccountAlert(
        waba_id=waba_id,
        field=field,
        raw=value,
        alert_type=found.alert_info.alert_type,
        severity=found.alert_info.alert_severity,
        status=found.alert_info.alert_status,
        description=found.alert_info.alert_description,
        entity_type=found.entity_type,
        entity_id=found.entity_id,
    )


FIELDS: dict[str, Callable[[str, str, Raw], Fact]] = {
    **dict.fromkeys(TEMPLATE_FIELDS, template),
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "phone_number_username_update": _number_name,
    "security": _number_security,
    "account_update": _account_event,
    "account_review_update": _account_review,
    "account_alerts": _alert,
    "business_capability_update": _capability,
}
