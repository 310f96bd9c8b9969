"""The control API and the phone's own reading, over the wire."""

from __future__ import annotations

import base64
import time

import pytest
import requests

from simulator import defaults
from simulator.acts import ACTS
from simulator.models import Json
from simulator.testing import SimulatorServer
from simulator.tests.conftest import Receiver, Wire

ANNA = "+4915112345678"
EXAMPLES: Json = {
    "writes": {"text": "Hi"},
    "sends": {"type": "text", "content": {"body": "Hi"}},
    "sends_file": {"mime_type": "text/plain", "base64": base64.b64encode(b"x").decode()},
    "sends_location": {"latitude": 1, "longitude": 2},
    "sends_contact": {"name": "Boris L", "phone": "+7921"},
    "comes_from_ad": {"text": "Hi"},
    "changes_number": {"new": "+4915199999999"},
}


@pytest.mark.parametrize("verb", sorted(ACTS))
def test_a_customer_can_do_everything_that_is_promised(
    wire: Wire, server: SimulatorServer, receiver: Receiver, verb: str
):
    first = server.world.customer(ANNA).writes("First")
    sent = wire.send(
        ANNA,
        type="interactive",
        interactive={
            "type": "button",
            "body": {"text": "?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "One"}}]},
        },
    ).json()["messages"][0]["id"]
    extra = {"message_id": sent if verb == "taps" else first.id, "emoji": "👍", "text": "Hi"}
    answer = wire.control("act", {"customer": ANNA, "do": verb, **extra, **EXAMPLES.get(verb, {})})
    assert answer.status_code == 200, answer.text
    server.drain()


def test_what_cannot_be_done_is_refused_in_words(wire: Wire):
    answer = wire.control("act", {"customer": ANNA, "do": "dances"})
    assert answer.status_code == 400
    assert "dances" in answer.json()["error"]
    assert "text" in wire.control("act", {"customer": ANNA, "do": "writes"}).json()["error"]
    assert wire.control("customers", {"wa_id": "1", "mood": "good"}).status_code == 400


def test_a_picture_comes_by_upload(wire: Wire, server: SimulatorServer, receiver: Receiver):
    answer = wire.session.post(
        f"{wire.url}/control/act",
        data={"customer": ANNA, "do": "sends_file", "caption": "Look"},
        files={"file": ("a.png", b"\x89PNG", "image/png")},
        timeout=5,
    )
    assert answer.status_code == 200
    server.drain()
    image = receiver.messages[0]["image"]
    assert image["caption"] == "Look"
    assert wire.session.get(image["url"], timeout=5).content == b"\x89PNG"


def test_accounts_are_made_and_used(wire: Wire, server: SimulatorServer, receiver: Receiver):
    waba = {"id": "777", "name": "Second", "currency": "EUR", "pricing_model": "CBP-I"}
    assert wire.control("wabas", waba | {"token": "t-777"}).json()["currency"] == "EUR"
    number = {"id": "888", "waba_id": "777", "phone": "+4930123456", "verified_name": "Shop"}
    wire.control("numbers", number)
    server.world.customer(ANNA, number_id="888").writes("Hi")
    body = {"messaging_product": "whatsapp", "to": ANNA, "type": "text", "text": {"body": "x"}}
    for token, status in (("t-777", 200), ("wrong", 401)):
        answer = requests.post(
            f"{wire.url}/v25.0/888/messages",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        assert answer.status_code == status
    outside = requests.get(
        f"{wire.url}/v25.0/{defaults.WABA_ID}", headers={"Authorization": "Bearer t-777"}, timeout=5
    )
    assert outside.status_code == 400
    server.drain()
    assert receiver.values[0]["metadata"]["phone_number_id"] == "888"
    assert receiver.statuses[0]["pricing"]["pricing_model"] == "CBP"


def test_meta_announces_international_rates_and_where_the_company_is_at_home(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    rates = {"start_time": 1793491200, "exception_countries": []}
    waba = defaults.WABA_ID
    wire.control(f"wabas/{waba}/event", {"country": "IN", "international": rates})
    server.drain()
    assert [value["event"] for value in receiver.values] == [
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
    ]
    assert receiver.values[1]["auth_international_rate_eligibility"] == rates
    fields = "primary_business_location,auth_international_rate_eligibility"
    assert wire.get(f"{waba}?fields={fields}").json() == {
        "id": waba,
        "primary_business_location": "IN",
        "auth_international_rate_eligibility": rates,
    }


def test_past_chats_are_shown_and_never_posted(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    now = time.time()
    messages = [
        {"customer": ANNA, "direction": "in", "text": "Old", "at": now - 100},
        {"customer": ANNA, "direction": "out", "text": "Answer", "at": now - 50, "id": "wamid.1"},
    ]
    data = {"customers": [{"wa_id": "4915112345678", "name": "Anna"}], "messages": messages}
    assert wire.control("history", data).json()["messages"] == 2
    wire.control("history", data)
    server.drain()
    assert receiver.posts == []
    chat = requests.get(f"{wire.url}/phone/chat", params={"customer": ANNA}, timeout=5).json()
    assert [m["content"]["body"] for m in chat["messages"]][-1] == "Answer"
    assert chat["customer"]["name"] == "Anna"
    # the imported message opened the window
    wire.text(ANNA)
    server.drain()
    assert receiver.statuses[0]["status"] == "sent"


def test_reviews_and_quality_are_decided_from_outside(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    body = [{"type": "BODY", "text": "Hello."}]
    made = {"waba_id": defaults.WABA_ID, "name": "x", "language": "en_US", "category": "UTILITY"}
    wire.control("templates", made | {"components": body, "status": "PENDING"})
    wire.control("templates/x/event", {"status": "REJECTED", "reason": "SCAM"})
    wire.control("templates/x/event", {"status": "APPROVED"})
    wire.control("templates/x/event", {"quality": "RED"})
    wire.control("templates/x/event", {"category": "MARKETING", "at_once": True})
    wire.control(f"numbers/{defaults.NUMBER_ID}/event", {"quality": "RED"})
    server.drain()
    said = [value.get("event") or value.get("new_category") or "" for value in receiver.values]
    assert said == ["REJECTED", "APPROVED", "", "PAUSED", "MARKETING", "FLAGGED"]


def test_a_higher_limit_comes_with_its_webhook(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    wire.control(f"wabas/{defaults.WABA_ID}/event", {"messaging_limit": "TIER_10K"})
    server.drain()
    assert receiver.values == [
        {"max_daily_conversations_per_business": "TIER_10K", "max_phone_numbers_per_business": 20}
    ]
    answer = wire.get(defaults.WABA_ID, fields="whatsapp_business_manager_messaging_limit").json()
    assert answer["whatsapp_business_manager_messaging_limit"] == "TIER_10K"


def test_truth_knows_both_directions_and_reset_forgets_them(wire: Wire, server: SimulatorServer):
    server.world.customer(ANNA).writes("Hi")
    wire.text(ANNA)
    truth = requests.get(f"{wire.url}/control/truth", params={"customer": ANNA}, timeout=5).json()
    assert [m["direction"] for m in truth["messages"]] == ["in", "out"]
    wire.control("reset", {"bare": True})
    assert server.world.numbers == {}
    assert requests.get(f"{wire.url}/control/truth", timeout=5).json()["messages"] == []


def test_any_shape_can_be_posted_signed(wire: Wire, server: SimulatorServer, receiver: Receiver):
    wire.control("webhook", {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}})
    wire.control("drain")
    assert receiver.values == [{"event": "ACCOUNT_DELETED"}]
    log = requests.get(f"{wire.url}/control/webhooks", timeout=5).json()["log"]
    assert log[0]["status"] == 200


def test_the_phone_page_is_strict_and_complete(wire: Wire):
    page = requests.get(f"{wire.url}/phone", timeout=5)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    for name in ("phone.js", "words.js", "tokens.css", "icons.svg"):
        assert requests.get(f"{wire.url}/phone/files/{name}", timeout=5).status_code == 200


def test_players_may_ask_for_a_part_of_a_file(wire: Wire, server: SimulatorServer):
    sent = server.world.customer(ANNA).sends_voice()
    url = f"{wire.url}/phone/file/{sent.content['id']}"
    part = requests.get(url, headers={"Range": "bytes=0-3"}, timeout=5)
    assert part.status_code == 206
    assert part.content == b"OggS"
