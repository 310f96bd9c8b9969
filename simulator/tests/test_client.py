"""The product's own Graph client against the simulator: the pair that everything is developed with."""

from __future__ import annotations

import io

import pytest

from simulator import defaults
from simulator.testing import SimulatorServer
from simulator.tests.conftest import Receiver
from whatsapp import payloads
from whatsapp.client import GraphClient, GraphRefusal, GraphTimeout, MediaGone
from whatsapp.payloads import Address

ANNA = Address(wa_id="4915112345678")


@pytest.fixture
def client(server: SimulatorServer) -> GraphClient:
    return GraphClient(server.url, "v25.0", defaults.TOKEN, app_secret=defaults.APP_SECRET)


def test_a_text_goes_out_and_its_statuses_name_our_id(
    client: GraphClient, server: SimulatorServer, receiver: Receiver
):
    server.world.customer(ANNA.wa_id).writes("Hi")
    sent = client.send(defaults.NUMBER_ID, payloads.text(ANNA, "Hello", ours="m-1"))
    server.drain()
    assert {s["id"] for s in receiver.statuses} == {sent.wamid}
    assert {s["biz_opaque_callback_data"] for s in receiver.statuses} == {"m-1"}


def test_a_file_goes_up_is_sent_and_comes_back(client: GraphClient, server: SimulatorServer):
    server.world.customer(ANNA.wa_id).writes("Hi")
    media_id = client.upload_media(
        defaults.NUMBER_ID, io.BytesIO(b"%PDF-1.4"), mime="application/pdf", filename="a.pdf"
    )
    client.send(
        defaults.NUMBER_ID, payloads.media(ANNA, "document", media_id=media_id, filename="a.pdf")
    )
    info = client.media_info(media_id, defaults.NUMBER_ID)
    assert b"".join(client.download_media(info.url)) == b"%PDF-1.4"
    server.world.time_passes(minutes=6)
    with pytest.raises(MediaGone):
        list(client.download_media(info.url))


def test_refusals_and_timeouts_are_told_apart(client: GraphClient, server: SimulatorServer):
    with pytest.raises(GraphRefusal):
        client.send(defaults.NUMBER_ID, payloads.template(ANNA, "none", language="en"))
    client.timeout = (1, 0.3)
    with pytest.raises(GraphTimeout):
        client.send(defaults.NUMBER_ID, payloads.text(Address(wa_id="447700900006"), "Hello"))


def test_the_account_can_be_read_and_run(client: GraphClient, server: SimulatorServer):
    assert client.waba(defaults.WABA_ID)["currency"] == "USD"
    assert [n["id"] for n in client.phone_numbers(defaults.WABA_ID)] == [defaults.NUMBER_ID]
    assert client.phone_number(defaults.NUMBER_ID)["status"] == "CONNECTED"
    body = {"type": "BODY", "text": "Thank you."}
    asked = {"name": "thanks", "language": "en", "category": "UTILITY", "components": [body]}
    made = client.create_template(defaults.WABA_ID, asked)
    server.drain()
    assert [t["name"] for t in client.templates(defaults.WABA_ID)] == ["thanks"]
    assert client.template(made["id"])["status"] == "APPROVED"
    client.delete_template(defaults.WABA_ID, name="thanks")
    assert list(client.templates(defaults.WABA_ID)) == []
    assert client.subscribed_apps(defaults.WABA_ID)
    assert client.profile(defaults.NUMBER_ID) is not None
    assert client.debug_token(defaults.TOKEN)["is_valid"]
    handle = client.resumable_upload(
        defaults.APP_ID, io.BytesIO(b"abc"), mime="image/png", filename="a.png", size=3
    )
    assert handle
