"""The Graph calls that run an account: templates, numbers, profile, subscriptions, blocking. Part of `GraphClient`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from whatsapp.calls import Calls, Raw
from whatsapp.failures import GraphTimeout

TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,correct_category,sub_category,components,"
    "parameter_format,quality_score,rejected_reason,message_send_ttl_seconds"
)
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,code_verification_status,quality_rating,name_status,"
    "new_display_name,new_name_status,status,throughput,whatsapp_business_manager_messaging_limit,"
    "platform_type,account_mode,is_official_business_account,is_pin_enabled,is_on_biz_app,"
    "country_dial_code,health_status,webhook_configuration"
)
WABA_FIELDS = (
    "id,name,currency,timezone_id,country,account_review_status,business_verification_status,status,"
    "ownership_type,message_template_namespace,owner_business_info,health_status,primary_funding_id,"
    "primary_business_location,is_enabled_for_insights,whatsapp_business_manager_messaging_limit"
)
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"
PRICING_DIMENSIONS = ("COUNTRY", "PHONE", "PRICING_CATEGORY", "PRICING_TYPE", "TIER")
CONVERSATION_DIMENSIONS = (
    "COUNTRY",
    "PHONE",
    "CONVERSATION_CATEGORY",
    "CONVERSATION_DIRECTION",
    "CONVERSATION_TYPE",
)
PRODUCT = {"messaging_product": "whatsapp"}


class Management(Calls):
    """Everything but sending and files."""

    # Templates

    def templates(
        self, waba_id: str, *, fields: str = TEMPLATE_FIELDS, limit: int = 100, **filters: str
    ) -> Iterator[Raw]:
        """Every template; `filters` are Meta's own: name, status, category, language."""
        return self.pages(
            f"{waba_id}/message_templates",
            params={"fields": fields, "limit": str(limit), **filters},
        )

    def template_page(self, waba_id: str, *, after: str = "") -> tuple[list[Raw], str]:
        """A hundred templates, and the cursor of the next hundred; empty at the end."""
        params = {"fields": TEMPLATE_FIELDS, "limit": "100", **({"after": after} if after else {})}
        return self.one_page(f"{waba_id}/message_templates", params=params)

    def template_summary(self, waba_id: str) -> Raw:
        """`message_template_count` and `message_template_limit` of the account."""
        asked = "total_count,message_template_count,message_template_limit"
        answer = self.call(
            "GET",
            f"{waba_id}/message_templates",
            params={"fields": "id", "limit": "1", "summary": asked},
        )
        found = answer.get("summary")
        return found if isinstance(found, dict) else {}

    def template(self, template_id: str, *, fields: str = TEMPLATE_FIELDS) -> Raw:
        return self.call("GET", template_id, params={"fields": fields})

    def create_template(self, waba_id: str, template: Mapping[str, Any]) -> Raw:
        """`{"id", "status", "category"}`; the category may differ from the one asked for."""
        return self.call("POST", f"{waba_id}/message_templates", body=template)

    def edit_template(self, template_id: str, changes: Mapping[str, Any]) -> Raw:
        """Components are replaced whole."""
        return self.call("POST", template_id, body=changes)

    def delete_template(self, waba_id: str, *, name: str, template_id: str = "") -> Raw:
        """Without `template_id` every language of the name goes."""
        params = {"name": name, **({"hsm_id": template_id} if template_id else {})}
        return self.call("DELETE", f"{waba_id}/message_templates", params=params)

    def unpause_template(self, template_id: str) -> Raw:
        return self.call("POST", f"{template_id}/unpause")

    def template_analytics(
        self, waba_id: str, *, template_ids: Sequence[str], start: int, end: int
    ) -> list[Raw]:
        """Days of at most ten templates: {template_id, start, end, sent, delivered, read, clicked, cost}, in UTC.

        Meta tells of 90 days, reads and taps of 7. Only where insights are switched on, which is for good.
        """
        params = {
            "start": str(start),
            "end": str(end),
            "granularity": "daily",
            "template_ids": json.dumps(list(template_ids)),
            "metric_types": "cost,clicked,delivered,read,sent",
        }
        points: list[Raw] = []
        for group in self.pages(f"{waba_id}/template_analytics", params=params):
            found = group.get("data_points")
            points += [one for one in found or () if isinstance(one, dict)]
        return points

    def switch_insights_on(self, waba_id: str) -> Raw:
        """For good: Meta has no way back."""
        return self.call("POST", waba_id, params={"is_enabled_for_insights": "true"})

    # Accounts and numbers

    def waba(self, waba_id: str, *, fields: str = WABA_FIELDS) -> Raw:
        return self.call("GET", waba_id, params={"fields": fields})

    def pricing_analytics(self, waba_id: str, *, start: int, end: int) -> list[Raw]:
        """Charged and free messages by the half-hour: {start, end, phone_number, country, pricing_category,
        pricing_type, tier (of charged ones), volume, cost}. `start` and `end` are Unix seconds.
        """
        return self._analytics(
            waba_id, "pricing_analytics", PRICING_DIMENSIONS, start=start, end=end
        )

    def conversation_analytics(self, waba_id: str, *, start: int, end: int) -> list[Raw]:
        """Conversations by the half-hour: {start, end, phone_number, country, conversation_category,
        conversation_direction, conversation_type, conversation, cost}; cost is hidden where a partner pays.
        """
        return self._analytics(
            waba_id, "conversation_analytics", CONVERSATION_DIMENSIONS, start=start, end=end
        )

    def _analytics(
        self, waba_id: str, name: str, dimensions: Sequence[str], *, start: int, end: int
    ) -> list[Raw]:
        asked = f"{name}.start({start}).end({end}).granularity(HALF_HOUR).dimensions({json.dumps(dimensions)})"
        answer = self.call("GET", waba_id, params={"fields": asked}).get(name)
        groups = answer.get("data") if isinstance(answer, dict) else None
        points: list[Raw] = []
        for group in groups if isinstance(groups, list) else []:
            found = group.get("data_points") if isinstance(group, dict) else None
            points += [one for one in found or () if isinstance(one, dict)]
        return points

    def phone_numbers(self, waba_id: str, *, fields: str = NUMBER_FIELDS) -> Iterator[Raw]:
        return self.pages(f"{waba_id}/phone_numbers", params={"fields": fields, "limit": "100"})

    def phone_number(self, phone_number_id: str, *, fields: str = NUMBER_FIELDS) -> Raw:
        return self.call("GET", phone_number_id, params={"fields": fields})

    def add_phone_number(
        self, waba_id: str, *, country_code: str, number: str, name: str, moves: bool = False
    ) -> str:
        """The new phone number id. `moves`: it works in another account until it is registered here."""
        body = {"country_code": country_code, "phone_number": number, "verified_name": name}
        also = {"cc": country_code, "migrate_phone_number": True} if moves else {}
        answer = self.call("POST", f"{waba_id}/phone_numbers", body={**body, **also})
        return id_of(answer, what="phone_numbers")

    def request_code(
        self, phone_number_id: str, *, method: str = "SMS", language: str = "en_US"
    ) -> Raw:
        return self.call(
            "POST",
            f"{phone_number_id}/request_code",
            params={"code_method": method, "language": language},
        )

    def verify_code(self, phone_number_id: str, *, code: str) -> Raw:
        return self.call("POST", f"{phone_number_id}/verify_code", params={"code": code})

    def register(self, phone_number_id: str, *, pin: str, region: str = "") -> Raw:
        """Ten tries in 72 hours, then 133016."""
        body = {**PRODUCT, "pin": pin, **({"data_localization_region": region} if region else {})}
        return self.call("POST", f"{phone_number_id}/register", body=body)

    def deregister(self, phone_number_id: str) -> Raw:
        return self.call("POST", f"{phone_number_id}/deregister", body=PRODUCT)

    def request_name(self, phone_number_id: str, *, name: str) -> Raw:
        """Meta reviews it; the old one stays meanwhile."""
        return self.call("POST", phone_number_id, params={"new_display_name": name})

    def set_pin(self, phone_number_id: str, *, pin: str) -> Raw:
        return self.call("POST", phone_number_id, body={"pin": pin})

    def profile(self, phone_number_id: str, *, fields: str = PROFILE_FIELDS) -> Raw:
        answer = self.call(
            "GET", f"{phone_number_id}/whatsapp_business_profile", params={"fields": fields}
        )
        found = answer.get("data")
        return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}

    def set_profile(self, phone_number_id: str, changes: Mapping[str, Any]) -> Raw:
        return self.call(
            "POST", f"{phone_number_id}/whatsapp_business_profile", body={**PRODUCT, **changes}
        )

    def block_users(self, phone_number_id: str, users: Sequence[Mapping[str, str]]) -> Raw:
        """Each of `users` is `{"user": "+1..."}` or `{"user_id": "US..."}`; see `Address.as_user`."""
        return self.call(
            "POST", f"{phone_number_id}/block_users", body={**PRODUCT, "block_users": list(users)}
        )

    def unblock_users(self, phone_number_id: str, users: Sequence[Mapping[str, str]]) -> Raw:
        return self.call(
            "DELETE", f"{phone_number_id}/block_users", body={**PRODUCT, "block_users": list(users)}
        )

    def blocked_users(self, phone_number_id: str) -> Iterator[Raw]:
        return self.pages(f"{phone_number_id}/block_users", params={"limit": "100"})

    # The app

    def subscribe_app(self, waba_id: str, *, callback_url: str = "", verify_token: str = "") -> Raw:
        """Send this account's webhooks to the app; with an address, its messages go there instead."""
        body = {"override_callback_uri": callback_url, "verify_token": verify_token}
        return self.call("POST", f"{waba_id}/subscribed_apps", body=body if callback_url else None)

    def unsubscribe_app(self, waba_id: str) -> Raw:
        return self.call("DELETE", f"{waba_id}/subscribed_apps")

    def subscribed_apps(self, waba_id: str) -> list[Raw]:
        return list(self.pages(f"{waba_id}/subscribed_apps"))

    def app_subscriptions(self, app_id: str) -> list[Raw]:
        """Where Meta posts the app's webhooks: `object, callback_url, active, fields[{name}]`. With an app token."""
        return list(self.pages(f"{app_id}/subscriptions"))

    def subscribe_fields(
        self, app_id: str, *, callback_url: str, verify_token: str, fields: Sequence[str]
    ) -> Raw:
        """Meta tries the address by its handshake before it answers. With an app token."""
        return self.call(
            "POST",
            f"{app_id}/subscriptions",
            params={
                "object": "whatsapp_business_account",
                "callback_url": callback_url,
                "verify_token": verify_token,
                "fields": ",".join(fields),
            },
        )

    def debug_token(self, token: str, *, app_token: str = "") -> Raw:
        """What a token is good for: `app_id, is_valid, expires_at, scopes, granular_scopes`."""
        answer = self.call(
            "GET",
            "debug_token",
            params={"input_token": token},
            auth=self._auth.with_token(app_token) if app_token else None,
        )
        found = answer.get("data")
        return found if isinstance(found, dict) else {}

    def resumable_upload(
        self, app_id: str, fileobj: BinaryIO, *, size: int, mime: str, filename: str
    ) -> str:
        """The handle of a file for template headers and profile pictures."""
        session = self.call(
            "POST",
            f"{app_id}/uploads",
            params={"file_name": filename, "file_length": str(size), "file_type": mime},
        )
        answer = self.call(
            "POST",
            id_of(session, what="uploads"),
            data=fileobj,
            headers={"file_offset": "0", "Content-Type": mime},
            auth=self._auth.as_scheme("OAuth"),
        )
        handle = answer.get("h")
        if not isinstance(handle, str) or not handle:
            raise GraphTimeout("the upload gave no handle")
        return handle


def id_of(answer: Raw, *, what: str) -> str:
    """The id that a successful answer must hold."""
    found = answer.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or not found:
        raise GraphTimeout(f"the answer to {what} has no id")
    return str(found)
