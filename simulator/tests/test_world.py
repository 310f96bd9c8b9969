"""The world by itself: no server, no threads, no waiting."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from simulator import defaults, review, sending
from simulator.changes import bodies
from simulator.errors import GraphError
from simulator.models import Json, Template
from simulator.pictures import photo, sticker, voice
from simulator.tests.conftest import statuses_of
from simulator.world import World
from whatsapp.webhooks import parse

ANNA = "+4915112345678"


def send(world: World, to: str = ANNA, **body: Any) -> Json:
    whole = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Hi"}}
    answer, _ = sending.accept(world, world.number(defaults.NUMBER_ID), whole | body)
    return answer


def template(world: World, name: str = "order", **details: Any) -> Template:
    body = {"type": "BODY", "text": "Order {{1}} is ready."}
    made = Template(
        id=world.new_id(),
        waba_id=defaults.WABA_ID,
        name=name,
        language="en",
        **{"category": "UTILITY", "components": [body]} | details,
    )
    return world.templates.keep(made)


def as_template(name: str = "order", *values: str) -> Json:
    parameters = [{"type": "text", "text": value} for value in values]
    content: Json = {"name": name, "language": {"code": "en"}}
    if parameters:
        content["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": content}


def test_a_message_climbs_from_sent_to_read_and_prices_twice(world: World):
    world.customer(ANNA).writes("Hello")
    world.take()
    send(world, biz_opaque_callback_data="our-1")
    steps = statuses_of(world)
    assert [s["status"] for s in steps] == ["sent", "delivered", "read"]
    assert ["pricing" in s for s in steps] == [True, True, False]
    assert {s["biz_opaque_callback_data"] for s in steps} == {"our-1"}


def test_outside_the_window_a_text_is_accepted_and_then_fails(world: World):
    world.customer(ANNA).writes("Hello")
    world.time_passes(hours=24, seconds=1)
    assert send(world)["messages"][0]["id"]
    failed = statuses_of(world)
    assert [s["status"] for s in failed] == ["failed"]
    assert failed[0]["errors"][0]["code"] == 131047


def test_a_template_needs_no_window(world: World):
    template(world)
    send(world, **as_template("order", "7"))
    assert [s["status"] for s in statuses_of(world)] == ["sent", "delivered", "read"]


@pytest.mark.parametrize(
    ("number", "code"),
    [("447700900003", 131047), ("447700900005", 131026), ("447700900007", 131049)],
)
def test_magic_numbers_fail_in_their_own_way(world: World, number: str, code: int):
    world.customer(number).writes("Hello")
    world.take()
    send(world, "+" + number)
    assert statuses_of(world)[0]["errors"][0]["code"] == code


def test_a_magic_number_refuses_the_call_itself(world: World):
    with pytest.raises(GraphError) as refused:
        send(world, "+447700900004")
    assert refused.value.http_status == 429
    assert refused.value.code == 130429


def test_a_phone_that_is_off_gets_its_messages_when_it_is_on_again(world: World):
    anna = world.customer(ANNA)
    anna.writes("Hello")
    anna.goes_offline()
    world.take()
    send(world)
    assert [s["status"] for s in statuses_of(world)] == ["sent"]
    anna.goes_online()
    assert [s["status"] for s in statuses_of(world)] == ["delivered", "read"]


def test_a_bsuid_in_to_vanishes_and_in_recipient_arrives(world: World):
    hidden = world.customer("BR.1122334455667788", name="Lena")
    hidden.writes("Oi")
    body = json.loads(bodies(world.take())[0])
    item = body["entry"][0]["changes"][0]["value"]["messages"][0]
    assert "from" not in item
    assert item["from_user_id"] == hidden.id
    assert send(world, hidden.id)["messages"][0]["id"]
    assert statuses_of(world) == []
    assert len(world.vanished) == 1
    answer = send(world, to="", recipient=hidden.id)
    assert answer["contacts"] == [{"input": hidden.id, "wa_id": "", "user_id": hidden.id}]
    assert statuses_of(world)[0]["recipient_id"] == ""


def test_complaints_lower_a_number_and_a_week_lifts_it(world: World):
    def told() -> list[str]:
        values = [
            change["value"]
            for body in bodies(world.take())
            for entry in json.loads(body)["entry"]
            for change in entry["changes"]
            if change["field"] == "phone_number_quality_update"
        ]
        return [value["event"] for value in values]

    people = [world.customer(f"+4917000000{n}") for n in range(10, 16)]
    number = people[0].number
    for n, person in enumerate([*people[:3], people[0]], start=1):
        person.complains()
        assert world.number(number.id).quality == ("YELLOW" if n >= 3 else "GREEN")
    assert told() == ["UNFLAGGED"]
    world.time_passes(days=3)
    for person in people[3:]:
        person.complains()
    assert (world.number(number.id).quality, told()) == ("RED", ["FLAGGED"])
    world.time_passes(days=4, minutes=1)
    told()
    assert world.number(number.id).quality == "YELLOW"
    world.time_passes(days=3)
    assert told() == ["UNFLAGGED"]
    assert world.number(number.id).quality == "GREEN"


def test_who_stopped_marketing_gets_none_until_resuming(world: World):
    template(world, "sale", category="MARKETING")
    anna = world.customer(ANNA)
    anna.stops_marketing()
    world.take()
    send(world, **as_template("sale", "x"))
    assert statuses_of(world)[0]["errors"][0]["code"] == 131050
    anna.resumes_marketing()
    world.take()
    send(world, **as_template("sale", "x"))
    assert statuses_of(world)[0]["status"] == "sent"


@pytest.mark.parametrize(
    ("status", "values", "code"),
    [
        ("PENDING", ["1"], 132001),
        ("REJECTED", ["1"], 132001),
        ("PAUSED", ["1"], 132015),
        ("DISABLED", ["1"], 132016),
        ("APPROVED", [], 132000),
        ("APPROVED", ["1", "2"], 132000),
        ("APPROVED", ["a\nb"], 132012),
    ],
)
def test_a_template_that_cannot_be_sent_is_refused(
    world: World, status: str, values: list[str], code: int
):
    template(world, status=status)
    with pytest.raises(GraphError) as refused:
        send(world, **as_template("order", *values))
    assert refused.value.code == code


def test_the_pair_meter_allows_a_burst_and_then_one_in_six_seconds(world: World):
    for _ in range(45):
        send(world)
    with pytest.raises(GraphError) as refused:
        send(world)
    assert refused.value.code == 131056
    world.time_passes(seconds=6.1)
    assert send(world)["messages"]


def test_the_throughput_meter_counts_a_number_not_a_person(world: World):
    with time_machine.travel(world.clock.now(), tick=False):  # however slow the machine is
        for n in range(80):
            send(world, f"+4915100{n:06}")
        with pytest.raises(GraphError) as refused:
            send(world, "+4915199999999")
    assert refused.value.code == 130429


def test_an_ad_makes_everything_free_for_three_days_from_the_answer(world: World):
    anna = world.customer(ANNA)
    anna.comes_from_ad("I saw your ad")
    world.take()
    send(world)
    sent = statuses_of(world)[0]
    assert sent["pricing"]["type"] == "free_entry_point"
    assert sent["conversation"]["origin"]["type"] == "referral_conversion"
    world.time_passes(hours=71)
    template(world, "sale", category="MARKETING")
    send(world, **as_template("sale", "x"))
    assert statuses_of(world)[0]["pricing"]["type"] == "free_entry_point"
    world.time_passes(hours=2)
    send(world, **as_template("sale", "x"))
    assert statuses_of(world)[0]["pricing"]["type"] == "regular"


def test_red_quality_pauses_twice_and_then_disables(world: World):
    poor = template(world)
    events = []
    for hours in (3, 6, 0):
        review.change_quality(world, world.templates[poor.id], score="RED")
        events.append(world.templates[poor.id].status)
        world.time_passes(hours=hours, seconds=1)
        world.take()
    assert events == ["PAUSED", "PAUSED", "DISABLED"]


def test_a_promotional_utility_template_becomes_marketing(world: World):
    body = {
        "type": "BODY",
        "text": "Our big sale starts today, dear {{1}}, come in.",
        "example": {"body_text": [["Ana"]]},
    }
    asked = {"name": "news", "language": "en", "category": "UTILITY", "components": [body]}
    made = review.create(world, waba_id=defaults.WABA_ID, body=asked)
    assert made.category == "MARKETING"
    world.take()
    assert world.templates[made.id].status == "APPROVED"


def test_a_template_whose_variable_stands_at_the_edge_is_refused_at_once(world: World):
    body = {"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ana"]]}}
    asked = {"name": "hi", "language": "en", "category": "UTILITY", "components": [body]}
    with pytest.raises(GraphError) as refused:
        review.create(world, waba_id=defaults.WABA_ID, body=asked)
    assert refused.value.subcode == 2388299


def test_the_products_parser_understands_every_kind_of_message(world: World):
    anna = world.customer(ANNA, name="Анна")
    first = anna.writes("Hello")
    anna.sends_image(caption="Look")
    anna.sends_voice()
    anna.sends_sticker()
    anna.sends_file(b"%PDF", mime_type="application/pdf", filename="a.pdf")
    anna.sends_location(52.5, 13.4, name="Berlin")
    anna.sends_contact("Boris Lebedev", "+79210001122")
    anna.reacts(first.id, "❤️")
    anna.reacts(first.id, "")
    anna.edits(first.id, "Hello!")
    anna.revokes(first.id)
    anna.sends("unsupported", {"type": "poll"})
    anna.sends("order", {"catalog_id": "1", "product_items": []})
    anna.stops_marketing()
    anna.changes_number("+4915199999999")
    for body in bodies(world.take()):
        facts = parse(body)
        assert len(facts) == 1
        assert "Unreadable" not in type(facts[0]).__name__


def test_taps_answer_with_the_buttons_own_words(world: World):
    anna = world.customer(ANNA)
    anna.writes("Hello")
    buttons = [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]
    answer = send(
        world,
        type="interactive",
        interactive={"type": "button", "body": {"text": "Sure?"}, "action": {"buttons": buttons}},
    )
    tapped = anna.taps(answer["messages"][0]["id"], 0)
    assert tapped is not None
    assert tapped.content["button_reply"] == {"id": "y", "title": "Yes"}
    assert tapped.context["id"] == answer["messages"][0]["id"]


def test_a_brazilian_number_is_found_with_and_without_the_ninth_digit(world: World):
    world.customer("553188888888")
    answer = send(world, "+5531988888888")
    assert answer["contacts"][0] == {"input": "+5531988888888", "wa_id": "553188888888"}


def test_a_person_who_takes_a_new_number_stays_one_person(world: World):
    anna = world.customer(ANNA)
    anna.writes("Hello")
    anna.changes_number("+4915199999999")
    assert world.find_customer("4915199999999") == anna.customer
    assert world.find_customer(ANNA) is None
    assert len(anna.messages) == 2


def test_a_blocked_customer_is_not_heard(world: World):
    anna = world.customer(ANNA)
    world.numbers.keep(replace(world.number(defaults.NUMBER_ID), blocked=(anna.id,)))
    anna.writes("Hello?")
    assert world.take() == []


def test_files_made_on_the_spot_are_what_they_say():
    assert photo(0.3)[:2] == b"\xff\xd8"
    assert sticker(0.3)[8:12] == b"WEBP"
    assert voice()[:4] == b"OggS"


def test_one_seed_makes_one_world():
    def run() -> list[str]:
        world = World(seed=5).with_defaults()
        return [world.customer(ANNA).writes(str(n)).id for n in range(3)]

    assert run() == run()
    assert len(set(run())) == 3
