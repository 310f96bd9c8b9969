"""What an administrator does at Meta from the checklist. Each act asks Meta first; what it refuses raises NotAccepted.

Codes and PINs are passed on and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language

from accounts import audit, checking, connecting, numbering
from accounts.graph import graph_for, graph_with
from accounts.models import Agent, BusinessAccount, MetaApp, PhoneNumber
from quality import onboarding, surveying

# The language of Meta's SMS or call, by the language of the page.
SPOKEN: Final = {"ru": "ru", "en": "en_US"}


def add_number(
    account: BusinessAccount,
    *,
    country_code: str,
    number: str,
    name: str,
    moves: bool,
    by: Agent,
    address: str | None,
) -> PhoneNumber:
    """At Meta and here. TooManyNumbers before Meta is asked, so that nothing is left half done."""
    if not numbering.room(account.workspace):
        raise numbering.TooManyNumbers
    with checking.in_words():
        made = graph_for(account).add_phone_number(
            account.waba_id, country_code=country_code, number=number, name=name, moves=moves
        )
    return answer_here(account, made, label=name, by=by, address=address)


def answer_here(
    account: BusinessAccount, phone_number_id: str, *, label: str, by: Agent, address: str | None
) -> PhoneNumber:
    """A number that Meta has in this account is worked here from now on."""
    facts = checking.check_number(account, phone_number_id)
    label = (label or facts.verified_name or facts.display)[:40]
    found = numbering.add(account, facts=facts, label=label, team=None, by=by, address=address)
    surveying.forget(account)
    return found


def request_code(number: PhoneNumber, *, method: str, by: Agent, address: str | None) -> None:
    """`method`: SMS or VOICE."""
    language = SPOKEN.get((get_language() or "en")[:2], "en_US")
    with checking.in_words():
        graph_for(number).request_code(number.phone_number_id, method=method, language=language)
    audit.record(by, "number.code_requested", str(number), address, method=method)


def verify(number: PhoneNumber, *, code: str, by: Agent, address: str | None) -> None:
    with checking.in_words():
        graph_for(number).verify_code(number.phone_number_id, code=code)
    audit.record(by, "number.verified", str(number), address)
    surveying.forget(number.account)


def register(number: PhoneNumber, *, pin: str, by: Agent, address: str | None) -> None:
    """From here on the number sends and receives by the API."""
    with checking.in_words():
        graph_for(number).register(number.phone_number_id, pin=pin)
    audit.record(by, "number.registered", str(number), address)
    surveying.forget(number.account)


def request_name(number: PhoneNumber, *, name: str, by: Agent, address: str | None) -> None:
    with checking.in_words():
        graph_for(number).request_name(number.phone_number_id, name=name)
    audit.record(by, "number.name_requested", str(number), address, name=name)
    surveying.forget(number.account)


def change_profile(
    number: PhoneNumber,
    *,
    changes: Mapping[str, Any],
    picture: UploadedFile[Any] | None = None,
    by: Agent,
    address: str | None,
) -> None:
    """What customers see of the company. `changes` has Meta's own names; without a picture the old one stays."""
    with checking.in_words():
        client = graph_for(number)
        if picture is not None:
            handle = client.resumable_upload(
                number.account.app.app_id,
                cast(BinaryIO, picture.file),
                size=picture.size or 0,
                mime=picture.content_type or "",
                filename=(picture.name or "picture")[-255:],
            )
            changes = {**changes, "profile_picture_handle": handle}
        client.set_profile(number.phone_number_id, changes)
    audit.record(by, "number.profile_changed", str(number), address, fields=sorted(changes))
    surveying.forget(number.account)


def connect_webhook(account: BusinessAccount, *, by: Agent, address: str | None) -> None:
    """Give Meta our address and the fields we understand, and subscribe the account to the app."""
    _set_fields(account.app, by=by, address=address)
    checking.subscribe(account)
    connecting.mark_subscribed(account.pk, by=by, address=address)
    surveying.forget(account)


def _set_fields(app: MetaApp, *, by: Agent, address: str | None) -> None:
    with checking.in_words():
        graph_with(f"{app.app_id}|{app.secret}").subscribe_fields(
            app.app_id,
            callback_url=surveying.callback_url(),
            verify_token=app.verify_token,
            fields=onboarding.FIELDS,
        )
    audit.record(by, "app.webhook_set", app.app_id, address, url=surveying.callback_url())
