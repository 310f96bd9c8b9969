"""The Graph API over the wire, as somebody else's client calls it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import pytest
import requests

from simulator import defaults
from simulator.models import MESSAGING, Number, Token, Waba
from simulator.testing import SimulatorServer
from simulator.tests.conftest import Receiver, Wire

ANNA = "+49 151 12345678"


def code_of(answer: requests.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_text_is_accepted_with_metas_envelope(wire: Wire, server: SimulatorServer):
    answer = wire.text(ANNA)
    assert answer.status_code == 200
    body = answer.json()
    assert body["contacts"] == [{"input": ANNA, "wa_id": "4915112345678"}]
    assert body["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("version", ["v19.0", "v23.0", "v99.0"])
def test_any_version_prefix_does(wire: Wire, version: str):
    url = f"{wire.url}/{version}/{defaults.NUMBER_ID}"
    assert wire.session.get(url, timeout=5).json()["id"] == defaults.NUMBER_ID


def test_tokens_and_scopes_are_checked(wire: Wire, server: SimulatorServer):
    path = f"{wire.url}/v25.0/{defaults.NUMBER_ID}"
    bad = requests.get(path, headers={"Authorization": "Bearer nonsense"}, timeout=5)
    assert code_of(bad) == (401, 190)
    assert requests.get(path, timeout=5).status_code == 400
    server.world.tokens.keep(Token(id="narrow", app_id=defaults.APP_ID, scopes=(MESSAGING,)))
    server.world.tokens.keep(Token(id="other", app_id=defaults.APP_ID, waba_ids=("1",)))
    narrow = {"Authorization": "Bearer narrow"}
    assert code_of(
        requests.get(f"{wire.url}/v25.0/{defaults.WABA_ID}", headers=narrow, timeout=5)
    ) == (403, 200)
    hidden = requests.get(path, headers={"Authorization": "Bearer other"}, timeout=5)
    assert code_of(hidden) == (400, 100)
    assert hidden.json()["error"]["error_subcode"] == 33


def test_an_appsecret_proof_is_taken_if_right(wire: Wire):
    right = hmac.new(defaults.APP_SECRET.encode(), defaults.TOKEN.encode(), hashlib.sha256)
    assert wire.get(defaults.NUMBER_ID, appsecret_proof=right.hexdigest()).status_code == 200
    assert code_of(wire.get(defaults.NUMBER_ID, appsecret_proof="ff")) == (400, 100)


def test_an_unknown_object_is_100_with_subcode_33(wire: Wire):
    answer = wire.get("999")
    assert code_of(answer) == (400, 100)
    assert answer.json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": {"body": ""}}, 131008),
        ({"text": {"body": "x" * 4097}}, 131009),
        ({"type": "image", "image": {"caption": "no file"}}, 131008),
        ({"type": "image", "image": {"id": "123"}}, 100),
        ({"type": "location", "location": {"latitude": 99, "longitude": 0}}, 131009),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]}, 131009),
        ({"type": "dance", "dance": {}}, 100),
        ({"type": "interactive", "interactive": {"type": "button", "action": {}}}, 131008),
        ({"type": "interactive", "interactive": {"type": "list", "body": 5, "action": {}}}, 100),
        ({"type": "template", "template": {"name": "a", "language": {"code": "en"}}}, 132001),
        ({"messaging_product": "sms"}, 100),
        ({"biz_opaque_callback_data": "x" * 513, "text": {"body": "a"}}, 131009),
    ],
)
def test_a_bad_payload_is_refused(wire: Wire, body: dict[str, Any], code: int):
    answer = wire.send(ANNA, **body)
    assert answer.json()["error"]["code"] == code
    assert 400 <= answer.status_code < 500


def test_four_buttons_are_too_many_and_eleven_rows_as_well(wire: Wire):
    buttons = [{"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(4)]
    rows = [{"id": str(n), "title": str(n)} for n in range(11)]
    for kind, action in (
        ("button", {"buttons": buttons}),
        ("list", {"button": "Go", "sections": [{"rows": rows}]}),
    ):
        content = {"type": kind, "body": {"text": "?"}, "action": action}
        assert code_of(wire.send(ANNA, type="interactive", interactive=content)) == (400, 131009)


def test_media_go_up_and_come_down_with_the_token_until_the_link_dies(
    wire: Wire, server: SimulatorServer
):
    files = {"file": ("a.jpg", b"\xff\xd8jpeg", "image/jpeg")}
    url = f"{wire.url}/v25.0/{defaults.NUMBER_ID}/media"
    data = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    media_id = wire.session.post(url, data=data, files=files, timeout=5).json()["id"]
    found = wire.get(media_id, phone_number_id=defaults.NUMBER_ID).json()
    assert found["file_size"] == 6
    assert requests.get(found["url"], timeout=5).status_code == 400 + 1
    assert wire.session.get(found["url"], timeout=5).content == b"\xff\xd8jpeg"
    no_agent = wire.session.get(found["url"], headers={"User-Agent": ""}, timeout=5)
    assert no_agent.status_code == 403
    server.world.time_passes(minutes=6)
    assert wire.session.get(found["url"], timeout=5).status_code == 404
    assert wire.get(media_id, phone_number_id="1").status_code == 400
    assert wire.delete(media_id).json() == {"success": True}
    assert wire.get(media_id).status_code == 400


def test_a_picture_of_the_wrong_type_is_accepted_and_then_fails(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    server.world.customer(ANNA).writes("Hi")
    media = server.world.add_media(b"GIF89a", mime_type="image/gif", number_id=defaults.NUMBER_ID)
    assert wire.send(ANNA, type="image", image={"id": media.id}).status_code == 200
    server.drain()
    assert receiver.statuses[-1]["errors"][0]["code"] == 131053


def test_a_resumable_upload_gives_a_handle(wire: Wire):
    begun = wire.post(
        f"{defaults.APP_ID}/uploads?file_name=a.png&file_length=3&file_type=image/png"
    )
    upload_id = begun.json()["id"]
    sent = wire.session.post(
        f"{wire.url}/v25.0/{upload_id}",
        data=b"abc",
        headers={"Authorization": f"OAuth {defaults.TOKEN}", "file_offset": "0"},
        timeout=5,
    )
    assert sent.json()["h"].startswith("4::")
    assert wire.get(upload_id).json()["file_offset"] == 3


def test_templates_are_made_reviewed_listed_by_pages_and_deleted(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    edge = f"{defaults.WABA_ID}/message_templates"
    for n in range(5):
        body = {"type": "BODY", "text": f"A plain line of text, the {n}th."}
        asked = {"name": f"t{n}", "language": "en", "category": "UTILITY", "components": [body]}
        assert wire.post(edge, asked).json()["status"] in ("PENDING", "APPROVED")
    server.drain()
    events = [value["event"] for value in receiver.values]
    assert events == ["APPROVED"] * 5
    seen, params = [], {"limit": "2", "fields": "name,status"}
    while True:
        page = wire.get(edge, **params).json()
        seen += [row["name"] for row in page["data"]]
        assert set(page["data"][0]) == {"id", "name", "status"}
        if "next" not in page["paging"]:
            break
        params["after"] = page["paging"]["cursors"]["after"]
    assert seen == [f"t{n}" for n in range(5)]
    assert wire.delete(edge, name="t0").json() == {"success": True}
    again = {"name": "t0", "language": "en", "category": "UTILITY"}
    refused = wire.post(edge, again | {"components": [{"type": "BODY", "text": "New."}]})
    assert refused.json()["error"]["error_subcode"] == 2388023
    assert wire.get(edge, summary="total_count").json()["summary"]["total_count"] == 4


def test_a_field_that_does_not_exist_is_an_error(wire: Wire):
    assert code_of(wire.get(defaults.WABA_ID, fields="id,analytics.start(1).end(2)")) == (400, 100)
    chosen = wire.get(defaults.WABA_ID, fields="name,owner_business_info{name,id}").json()
    assert set(chosen) == {"id", "name", "owner_business_info"}


def test_a_number_is_added_verified_and_registered(wire: Wire, server: SimulatorServer):
    made = wire.post(
        f"{defaults.WABA_ID}/phone_numbers",
        {"country_code": "49", "phone_number": "15100000001", "verified_name": "Shop"},
    ).json()["id"]
    assert code_of(wire.post(f"{made}/register", {"pin": "123456"})) == (400, 133006)
    body = {"messaging_product": "whatsapp", "to": ANNA, "type": "text", "text": {"body": "x"}}
    assert code_of(wire.post(f"{made}/messages", body)) == (400, 133010)
    wire.post(f"{made}/request_code?code_method=SMS&language=en_US")
    code = server.world.numbers[made].code
    assert wire.post(f"{made}/verify_code?code=000").status_code == 400
    assert wire.post(f"{made}/verify_code?code={code}").json() == {"success": True}
    assert wire.post(f"{made}/register", {"pin": "654321"}).json() == {"success": True}
    assert code_of(wire.post(f"{made}/register", {"pin": "111111"})) == (400, 133005)
    assert wire.post(f"{made}/messages", body).status_code == 200


def added(wire: Wire, number: str = "15100000009", name: str = "Shop", **also: Any) -> str:
    body = {"country_code": "49", "phone_number": number, "verified_name": name} | also
    return str(wire.post(f"{defaults.WABA_ID}/phone_numbers", body).json()["id"])


def test_codes_are_few_and_do_not_live_long(wire: Wire, server: SimulatorServer):
    made = added(wire)
    assert code_of(wire.post(f"{made}/request_code?code_method=PIGEON")) == (400, 100)
    for _n in range(5):
        assert wire.post(f"{made}/request_code?code_method=VOICE").status_code == 200
    assert code_of(wire.post(f"{made}/request_code?code_method=SMS")) == (400, 136024)
    server.world.time_passes(minutes=11)
    code = server.world.numbers[made].code
    assert code_of(wire.post(f"{made}/verify_code?code={code}")) == (400, 136025)


def test_pins_and_registrations_are_not_guessed_without_end(wire: Wire, server: SimulatorServer):
    wrong = [
        code_of(wire.post(f"{defaults.NUMBER_ID}/register", {"pin": "000000"})) for _n in range(6)
    ]
    assert wrong == [(400, 133005)] * 5 + [(400, 133008)]
    server.world.time_passes(hours=2)
    right = [
        wire.post(f"{defaults.NUMBER_ID}/register", {"pin": "123456"}).status_code
        for _n in range(5)
    ]
    assert right == [200] * 5
    assert code_of(wire.post(f"{defaults.NUMBER_ID}/register", {"pin": "123456"})) == (400, 133016)


def test_a_display_name_is_reviewed(wire: Wire, server: SimulatorServer):
    number = f"{defaults.NUMBER_ID}"
    for name, status, shown in (
        ("WhatsApp!", "DECLINED", "Simulated business"),
        ("Northern Shop", None, "Northern Shop"),
    ):
        assert wire.post(f"{number}?new_display_name={name}").status_code == 200
        server.drain()
        found = wire.get(number, fields="verified_name,new_display_name,new_name_status").json()
        assert (found["verified_name"], found.get("new_name_status")) == (shown, status)


def test_a_number_moves_once_its_pin_is_off(wire: Wire, server: SimulatorServer):
    with server.world.lock:
        server.world.wabas.keep(Waba(id="555"))
        old = server.world.numbers.keep(
            Number(id="556", waba_id="555", phone="+4915100000009", verified_name="Old", pin="1")
        )
    here = f"{defaults.WABA_ID}/phone_numbers"
    body = {"country_code": "49", "phone_number": "15100000009", "migrate_phone_number": True}
    assert wire.post(here, body).json()["error"]["error_subcode"] == 2388103
    server.world.numbers.keep(replace(old, pin=""))
    made = wire.post(here, body).json()["id"]
    wire.post(f"{made}/request_code?code_method=SMS")
    wire.post(f"{made}/verify_code?code={server.world.numbers[made].code}")
    wire.post(f"{made}/register", {"pin": "222222"})
    assert server.world.numbers["556"].status == "MIGRATED"
    assert server.world.numbers[made].verified_name == "Old"


def test_an_app_gets_the_fields_that_it_asked_for(wire: Wire, receiver: Receiver):
    edge = f"{defaults.APP_ID}/subscriptions"
    assert code_of(wire.post(f"{edge}?fields=messages")) == (400, 15)
    wire.session.headers["Authorization"] = f"Bearer {defaults.APP_ID}|{defaults.APP_SECRET}"
    assert code_of(wire.post(f"{edge}?fields=masseges")) == (400, 100)
    assert wire.post(f"{edge}?fields=messages,account_update").status_code == 200
    shown = wire.get(edge).json()["data"][0]
    assert [field["name"] for field in shown["fields"]] == ["messages", "account_update"]


def test_the_profile_is_read_and_changed(wire: Wire):
    edge = f"{defaults.NUMBER_ID}/whatsapp_business_profile"
    assert wire.post(edge, {"messaging_product": "whatsapp", "about": "Open"}).status_code == 200
    assert wire.get(edge, fields="about,email").json() == {
        "data": [{"about": "Open", "messaging_product": "whatsapp"}]
    }
    assert wire.post(edge, {"about": "x" * 140}).status_code == 400


def test_only_who_wrote_today_can_be_blocked(wire: Wire, server: SimulatorServer):
    server.world.customer(ANNA).writes("Hi")
    body = {"block_users": [{"user": ANNA}, {"user": "+4915100000000"}]}
    result = wire.post(f"{defaults.NUMBER_ID}/block_users", body).json()["block_users"]
    assert [user["wa_id"] for user in result["added_users"]] == ["4915112345678"]
    assert result["failed_users"][0]["errors"][0]["code"] == 139101


def test_debug_token_and_the_codes_of_embedded_signup(wire: Wire):
    found = wire.get("debug_token", input_token=defaults.TOKEN).json()["data"]
    assert found["is_valid"]
    assert "whatsapp_business_messaging" in found["scopes"]
    assert not wire.get("debug_token", input_token="x").json()["data"]["is_valid"]
    code = wire.control("codes").json()["code"]
    query = {"client_id": defaults.APP_ID, "client_secret": defaults.APP_SECRET, "code": code}
    url = f"{wire.url}/v25.0/oauth/access_token"
    token = requests.get(url, params=query, timeout=5).json()["access_token"]
    mine = {"Authorization": f"Bearer {token}"}
    path = f"{wire.url}/v25.0/{defaults.WABA_ID}"
    assert requests.get(path, headers=mine, timeout=5).status_code == 200
    assert requests.get(url, params=query, timeout=5).status_code == 400


def test_a_waba_without_a_subscribed_app_is_silent(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    edge = f"{defaults.WABA_ID}/subscribed_apps"
    assert wire.delete(edge).json() == {"success": True}
    server.world.customer(ANNA).writes("Hello?")
    server.drain()
    assert receiver.posts == []
    wire.post(edge)
    assert wire.get(edge).json()["data"][0]["whatsapp_business_api_data"]["id"] == defaults.APP_ID
    server.world.customer(ANNA).writes("Hello!")
    server.drain()
    assert len(receiver.messages) == 1


def test_a_read_receipt_marks_what_came_before(wire: Wire, server: SimulatorServer):
    anna = server.world.customer(ANNA)
    first, second = anna.writes("One"), anna.writes("Two")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": second.id}
    path = f"{defaults.NUMBER_ID}/messages"
    answer = wire.post(path, body | {"typing_indicator": {"type": "text"}})
    assert answer.json() == {"success": True}
    assert server.world.messages[first.id].status == "read"
    assert code_of(wire.post(path, body | {"message_id": "wamid.x"})) == (400, 131009)


def test_a_timeout_after_acceptance_still_sends(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    server.world.customer("447700900006").writes("Hi")
    with pytest.raises(requests.Timeout):
        wire.session.post(
            f"{wire.url}/v25.0/{defaults.NUMBER_ID}/messages",
            json={
                "messaging_product": "whatsapp",
                "to": "+447700900006",
                "type": "text",
                "text": {"body": "Hello"},
                "biz_opaque_callback_data": "ours-9",
            },
            timeout=0.3,
        )
    server.drain()
    assert receiver.statuses[0]["biz_opaque_callback_data"] == "ours-9"


def test_the_price_follows_the_accounts_own_model(
    wire: Wire, server: SimulatorServer, receiver: Receiver
):
    waba = server.world.wabas[defaults.WABA_ID]
    server.world.wabas.keep(replace(waba, pricing_model="CBP-I"))
    server.world.customer(ANNA).writes("Hi")
    wire.text(ANNA)
    wire.text(ANNA, "Again")
    server.drain()
    sent = [status for status in receiver.statuses if status["status"] == "sent"]
    assert {s["pricing"]["category"] for s in sent} == {"user_initiated"}
    assert len({s["conversation"]["id"] for s in sent}) == 1
    assert all("expiration_timestamp" in s["conversation"] for s in sent)
