"""The checklist against the simulated Meta, over the wire: every step done, and every step with its failure."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry, MetaApp, PhoneNumber
from quality import checklist, surveying
from quality.onboarding import State, Step
from simulator import defaults
from templates_app.models import Template
from tests import world

PHONE = "+49 151 00000009"


@pytest.fixture
def account(workspace, meta):
    app = MetaApp.objects.create(
        workspace=workspace, app_id=defaults.APP_ID, secret=defaults.APP_SECRET,
        verify_token=defaults.VERIFY_TOKEN,
    )  # fmt: skip
    return world.make_account(workspace, app=app, waba_id=defaults.WABA_ID, token=defaults.TOKEN)


@pytest.fixture
def shop(account) -> PhoneNumber:
    return world.make_number(account, phone_number_id=defaults.NUMBER_ID)


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada)
    return client


def at_meta(meta, shelf: str, key: str, **changes: Any) -> Any:
    with meta.world.lock:
        things = getattr(meta.world, shelf)
        return things.keep(replace(things[key], **changes))


def steps(account, number=None) -> dict[Step, tuple[State, str]]:
    account.refresh_from_db()
    found = checklist.of(
        account, surveying.survey(account), surveying.ours(account, number), at=timezone.now()
    )
    assert [row.step for row in found.rows] == list(Step)
    assert all(row.words.title and row.words.why and row.words.said for row in found.rows)
    return {row.step: (row.judged.state, row.judged.said) for row in found.rows}


def post(client, path: str, **data: Any) -> Any:
    return client.post(f"/settings/whatsapp/checklist/{path}", data)


def test_the_page_comes_at_once_and_then_asks_meta(account, shop, signed_in):
    page = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/").content.decode()
    assert "Asking Meta" in page
    asked = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/steps/").content.decode()
    assert "is approved" in asked
    again = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/").content.decode()
    assert "Asking Meta" not in again


def test_a_number_goes_the_whole_way_by_the_page(account, meta, signed_in):
    assert steps(account)[Step.NUMBER] == (State.TODO, "none")
    answer = post(signed_in, f"{account.pk}/numbers/", phone=PHONE, name="Northern Shop")
    number = PhoneNumber.objects.get()
    assert answer["Location"].endswith(f"?number={number.pk}")
    assert number.status == "PENDING"
    found = steps(account, number)
    assert found[Step.CODE] == (State.TODO, "not_verified")
    assert found[Step.REGISTERED] == (State.LATER, "code_first")

    post(signed_in, f"numbers/{number.pk}/code/", method="VOICE")
    code = meta.world.numbers[number.phone_number_id].code
    wrong = post(signed_in, f"numbers/{number.pk}/verification/", code="000 000")
    assert wrong.status_code == 422
    assert "not the code that Meta sent" in wrong.content.decode()
    post(signed_in, f"numbers/{number.pk}/verification/", code=f"{code[:3]} {code[3:]}")
    assert steps(account, number)[Step.REGISTERED] == (State.TODO, "not_registered")

    short = post(signed_in, f"numbers/{number.pk}/registration/", pin="12")
    assert "six digits" in short.content.decode()
    post(signed_in, f"numbers/{number.pk}/registration/", pin="135790")
    meta.drain()
    found = steps(account, number)
    assert found[Step.REGISTERED][0] == found[Step.CODE][0] == State.DONE
    assert found[Step.NAME] == (State.DONE, "approved")
    number.refresh_from_db()
    assert number.status == "CONNECTED"
    log = AuditEntry.objects.values_list("act", "details")
    assert {"number.code_requested", "number.verified", "number.registered"} <= {a for a, _ in log}
    assert code not in str(list(log))
    assert "135790" not in str(list(log))


def test_a_number_that_is_taken_or_too_many_is_told(account, meta, signed_in, settings):
    phone = meta.world.numbers[defaults.NUMBER_ID].phone
    taken = post(signed_in, f"{account.pk}/numbers/", phone=phone, name="Shop")
    assert "in use in another account" in taken.content.decode()
    nonsense = post(signed_in, f"{account.pk}/numbers/", phone="12", name="Shop")
    assert "no telephone number" in nonsense.content.decode()
    settings.NUMBERS_PER_WORKSPACE = 0
    full = post(signed_in, f"{account.pk}/numbers/", phone=PHONE, name="Shop")
    assert full.status_code == 422
    assert len(meta.world.numbers) == 1


def test_a_number_that_meta_has_is_answered_here_by_one_click(account, signed_in):
    page = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/steps/").content.decode()
    assert "Answer it here" in page
    post(signed_in, f"{account.pk}/numbers/here/", phone_number_id=defaults.NUMBER_ID)
    assert PhoneNumber.objects.get().phone_number_id == defaults.NUMBER_ID
    unknown = post(signed_in, f"{account.pk}/numbers/here/", phone_number_id="99999")
    assert unknown.status_code == 422


def test_codes_and_pins_that_meta_refuses_are_explained(account, shop, meta, signed_in):
    at_meta(meta, "numbers", defaults.NUMBER_ID, is_verified=False, status="PENDING", pin="111111")
    early = post(signed_in, f"numbers/{shop.pk}/registration/", pin="222222")
    assert "not been confirmed" in early.content.decode()
    for _n in range(5):
        assert post(signed_in, f"numbers/{shop.pk}/code/", method="SMS").status_code == 302
    late = post(signed_in, f"numbers/{shop.pk}/code/", method="SMS")
    assert "sends no code" in late.content.decode()
    at_meta(meta, "numbers", defaults.NUMBER_ID, is_verified=True)
    wrong = post(signed_in, f"numbers/{shop.pk}/registration/", pin="222222")
    assert "PIN is wrong" in wrong.content.decode()


def test_a_name_is_asked_for_and_may_be_rejected(account, shop, meta, signed_in):
    meta.world.settings["review_mode"] = "manual"
    post(signed_in, f"numbers/{shop.pk}/name/", name="WhatsApp Best!")
    assert steps(account, shop)[Step.NAME] == (State.WAITS, "new_reviewed")
    at_meta(meta, "numbers", defaults.NUMBER_ID, new_name_status="DECLINED")
    assert steps(account, shop)[Step.NAME] == (State.BAD, "new_declined")


@pytest.mark.parametrize(("verification", "state"), [
    ("verified", State.DONE), ("pending", State.WAITS), ("rejected", State.BAD),
    ("pending_need_more_info", State.TODO), ("not_verified", State.TODO), ("revoked", State.BAD),
])  # fmt: skip
def test_the_business_and_its_money(account, meta, verification, state):
    at_meta(meta, "wabas", defaults.WABA_ID, verification=verification, has_payment=False)
    found = steps(account)
    assert found[Step.BUSINESS] == (state, verification)
    assert found[Step.PAYMENT] == (State.BAD, "broken")


def test_meta_is_told_our_address_and_fields(account, meta, signed_in, settings):
    settings.PUBLIC_URL = "https://inbox.example.com"
    assert steps(account)[Step.FIELDS][1] == "no_address"
    refused = post(signed_in, f"{account.pk}/webhook/")  # nobody answers Meta's handshake there
    assert "could not reach the webhook address" in refused.content.decode()
    at_meta(meta, "apps", defaults.APP_ID, webhook_url="https://old.example.com/hook")
    assert steps(account)[Step.FIELDS] == (State.BAD, "other_address")
    url = surveying.callback_url()
    at_meta(meta, "apps", defaults.APP_ID, webhook_url=url, webhook_fields=("messages",))
    assert steps(account)[Step.FIELDS] == (State.TODO, "fields_missing")
    at_meta(meta, "wabas", defaults.WABA_ID, subscribed_apps=())
    assert steps(account)[Step.FIELDS] == (State.TODO, "not_subscribed")


@pytest.mark.parametrize(("changes", "said"), [
    ({"scopes": ("whatsapp_business_messaging",)}, "scopes_missing"),
    ({"waba_ids": ("12345",)}, "not_this_account"),
    ({"expires_at": 1.0}, "dead"),
    ({"app_id": "77"}, "other_app"),
])  # fmt: skip
def test_a_token_that_does_not_do_is_explained(account, meta, changes, said):
    at_meta(meta, "tokens", defaults.TOKEN, **changes)
    assert steps(account)[Step.TOKEN] == (State.BAD, said)


def test_a_token_that_ends_soon_is_said_in_time(account, meta):
    soon = (timezone.now() + timedelta(days=3)).timestamp()
    at_meta(meta, "tokens", defaults.TOKEN, expires_at=soon)
    assert steps(account)[Step.TOKEN] == (State.TODO, "ends_soon")


def test_the_profile_is_read_and_written(account, shop, meta, signed_in):
    assert steps(account, shop)[Step.PROFILE] == (State.TODO, "empty")
    good = {"about": "Open", "description": "Coats", "vertical": "RETAIL", "site": "example.com"}
    long = post(signed_in, f"numbers/{shop.pk}/profile/", **(good | {"about": "x" * 140}))
    assert long.status_code == 422
    assert post(signed_in, f"numbers/{shop.pk}/profile/", **good).status_code == 302
    kept = meta.world.numbers[defaults.NUMBER_ID].profile
    assert kept["websites"] == ["https://example.com"]
    assert steps(account, shop)[Step.PROFILE] == (State.DONE, "filled")


def drawn(width: int, height: int, kind: str = "PNG") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    return SimpleUploadedFile("logo.png", file.getvalue(), content_type="image/png")


def test_a_picture_goes_to_meta_and_is_shown_here(account, shop, meta, signed_in, client):
    address = f"/quality/numbers/{shop.pk}/picture/"
    assert signed_in.get(address).status_code == 204
    post(signed_in, f"numbers/{shop.pk}/profile/", about="Open", picture=drawn(640, 640, "JPEG"))
    shown = signed_in.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    post(signed_in, f"numbers/{shop.pk}/profile/", about="Closed")  # the picture stays
    assert signed_in.get(address).status_code == 200
    asked = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/steps/?number={shop.pk}")
    assert address in asked.content.decode()


@pytest.mark.parametrize(("picture", "said"), [
    (lambda: drawn(640, 480), "must be square: this one has 640 × 480"),
    (lambda: drawn(100, 100), "192 × 192 pixels at least"),
    (lambda: drawn(640, 640, "GIF"), "JPEG or PNG up to 5 MB"),
    (lambda: SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50), "the file is damaged"),
    (lambda: SimpleUploadedFile("logo.jpg", b"\xff\xd8\xff" + b"x" * 5 * 1024 * 1024), "up to 5 MB"),
])  # fmt: skip
def test_a_picture_that_meta_would_refuse_is_explained(shop, meta, signed_in, picture, said):
    answer = post(signed_in, f"numbers/{shop.pk}/profile/", about="Open", picture=picture())
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert meta.world.numbers[defaults.NUMBER_ID].profile == {}


def test_templates_and_the_first_messages(account, shop, signed_in):
    assert steps(account, shop)[Step.TEMPLATE] == (State.TODO, "none")
    for status, said in (
        ("REJECTED", "rejected"),
        ("PENDING", "pending"),
        ("APPROVED", "approved"),
    ):
        Template.objects.create(account=account, name=status.lower(), language="en", status=status)
        assert steps(account, shop)[Step.TEMPLATE][1] == said
    mark = checklist.mark(surveying.ours(account, shop))
    news = f"/settings/whatsapp/checklist/{account.pk}/news/?mark={mark}"
    assert signed_in.get(news).status_code == 204
    conversation = world.make_conversation(shop)
    world.make_message(conversation)
    assert signed_in.get(news)["HX-Refresh"] == "true"
    assert steps(account, shop)[Step.INBOUND][0] == State.DONE
    sent = world.make_message(conversation, direction="out", status="failed", error_code=131042)
    assert steps(account, shop)[Step.OUTBOUND] == (State.BAD, "failed")
    sent.status = "delivered"
    sent.save(update_fields=["status"])
    assert steps(account, shop)[Step.OUTBOUND][0] == State.DONE


def test_without_an_answer_of_meta_the_list_still_stands(account, shop, meta, signed_in):
    account.token = "revoked"
    account.save(update_fields=["token"])
    page = signed_in.get(f"/settings/whatsapp/checklist/{account.pk}/steps/").content.decode()
    assert "Meta could not be asked for everything" in page
    assert "Meta does not accept it" in page
