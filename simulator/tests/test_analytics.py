"""Meta's analytics: what was delivered is counted by day, country, category and type, and costs what the card says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator import defaults
from simulator.models import Template
from simulator.testing import SimulatorServer
from simulator.tests.conftest import Wire
from whatsapp import payloads
from whatsapp.client import GraphClient
from whatsapp.payloads import Address

ANNA, IVAN = "4915112345678", "79215550101"
BODY = [{"type": "BODY", "text": "Everything half price."}]


@pytest.fixture
def client(server: SimulatorServer) -> GraphClient:
    world = server.world
    for name, category in (("sale", "MARKETING"), ("ready", "UTILITY")):
        world.templates.keep(
            Template(
                id=name, waba_id=defaults.WABA_ID, name=name, language="en", category=category,
                components=BODY,
            )
        )  # fmt: skip
    return GraphClient(server.url, "v25.0", defaults.TOKEN, app_secret=defaults.APP_SECRET)


def _template(client: GraphClient, to: str, name: str) -> None:
    client.send(defaults.NUMBER_ID, payloads.template(Address(wa_id=to), name, language="en"))


def _asked(world: Any, **over: int) -> dict[str, int]:
    now = int(world.clock.now())
    return {"start": now - 3 * 86400, "end": now + 86400} | over


def _counts(points: list[Any], *names: str) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for point in points:
        key = tuple(point.get(name) for name in names)
        volume, cost = found.get(key, (0, 0.0))
        count = point.get("volume", point.get("conversation"))
        found[key] = (volume + count, round(cost + point["cost"], 6))
    return found


def test_messages_are_counted_by_country_category_and_type(
    client: GraphClient, server: SimulatorServer
):
    for to in (ANNA, IVAN, IVAN):
        _template(client, to, "sale")
    server.world.customer(ANNA).writes("Hi")
    client.send(defaults.NUMBER_ID, payloads.text(Address(wa_id=ANNA), "Hello"))
    server.world.customer("447700900002")  # a phone that is never on: nothing is delivered
    _template(client, "447700900002", "sale")
    server.drain()
    points = client.pricing_analytics(defaults.WABA_ID, **_asked(server.world))
    assert _counts(points, "country", "pricing_category", "pricing_type", "tier") == {
        ("DE", "MARKETING", "REGULAR", "0:MAX"): (1, 0.1365),
        ("RU", "MARKETING", "REGULAR", "0:MAX"): (2, 0.1604),
        ("DE", "SERVICE", "FREE_CUSTOMER_SERVICE", None): (1, 0.0),
    }
    assert {point["phone_number"] for point in points} == {defaults.PHONE.lstrip("+")}
    assert client.conversation_analytics(defaults.WABA_ID, **_asked(server.world)) == []


def test_conversations_of_the_2022_model_are_free_up_to_the_thousandth(
    client: GraphClient, server: SimulatorServer
):
    world = server.world
    old = replace(world.wabas[defaults.WABA_ID], pricing_model="CBP-I", free_used=999)
    world.wabas.keep(old)
    _template(client, IVAN, "ready")
    _template(client, IVAN, "ready")
    server.drain()
    world.customer(ANNA).writes("Hi")
    client.send(defaults.NUMBER_ID, payloads.text(Address(wa_id=ANNA), "Hello"))
    server.drain()
    points = client.conversation_analytics(defaults.WABA_ID, **_asked(world))
    assert _counts(points, "country", "conversation_direction", "conversation_type") == {
        ("RU", "BUSINESS_INITIATED", "FREE_TIER"): (1, 0.0),
        ("DE", "USER_INITIATED", "REGULAR"): (1, 0.0819),
    }
    assert client.pricing_analytics(defaults.WABA_ID, **_asked(world)) == []


def test_a_price_that_meta_sees_otherwise_is_counted_so(
    client: GraphClient, server: SimulatorServer
):
    server.world.ensure_customer(IVAN, priced_as={"category": "utility"})
    _template(client, IVAN, "sale")
    server.drain()
    points = client.pricing_analytics(defaults.WABA_ID, **_asked(server.world))
    assert _counts(points, "pricing_category") == {("UTILITY",): (1, 0.04)}


@pytest.mark.parametrize("granularity", ["HALF_HOUR", "DAILY", "MONTHLY"])
def test_any_client_may_ask_by_any_granularity(wire: Wire, client: GraphClient, granularity: str):
    _template(client, ANNA, "sale")
    wire.control("drain")
    asked = f"name,pricing_analytics.start(0).end(9999999999).granularity({granularity}).dimensions([COUNTRY])"
    said = wire.get(defaults.WABA_ID, fields=asked).json()
    (point,) = said["pricing_analytics"]["data"][0]["data_points"]
    assert (point["country"], point["volume"]) == ("DE", 1)
    assert point["start"] < point["end"]
    assert said["name"]
    assert said["id"] == defaults.WABA_ID


@pytest.mark.parametrize(
    "asked",
    [
        "pricing_analytics.start(0).end(1)",
        "pricing_analytics.start(0).end(1).granularity(WEEKLY)",
        "pricing_analytics.granularity(DAILY)",
        "pricing_analytics.start(0).end(1).granularity(DAILY).dimensions([COLOUR])",
        "template_analytics",
    ],
)
def test_what_meta_does_not_know_is_refused(wire: Wire, asked: str):
    answer = wire.get(defaults.WABA_ID, fields=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100
