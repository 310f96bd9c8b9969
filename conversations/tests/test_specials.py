"""Buttons, lists, places and cards made on the spot: what the browser says is read strictly."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.masking import LAST_FOUR
from conversations import delivery, refusals, specials
from conversations.models import Direction, Message
from conversations.outgoing import payload
from conversations.tests.outbox import outgoing
from tests import world

pytestmark = pytest.mark.django_db


def send(conversation: Any, agent: Any, **said: Any) -> Message:
    special = specials.read(json.dumps(said))
    return specials.send(
        conversation.pk,
        special,
        agent=agent,
        token=uuid.uuid4(),
        seen=0,
        at=timezone.now(),
        override=True,
    )


LIST = {
    "type": "list",
    "body": "Which day?",
    "button": "Days",
    "sections": [
        {"title": "Week", "rows": [{"title": "Mon", "description": "9 to 18"}, {"title": "Tue"}]},
        {"title": "Weekend", "rows": [{"title": "Sat"}]},
    ],
}
BUTTONS = {
    "type": "buttons",
    "body": "Shall we deliver?",
    "choices": ["Yes", "No"],
    "footer": "Shop",
}
LINK = {"type": "link", "body": "Track it", "label": "Open", "url": "https://example.com/1"}
ASK = {"type": "ask_location", "body": "Where are you?"}
PLACE = {
    "type": "location",
    "latitude": 59.93,
    "longitude": 30.33,
    "name": "Shop",
    "address": "N 1",
}


@pytest.mark.parametrize("said", [LIST, BUTTONS, LINK, ASK, PLACE])
def test_meta_takes_what_is_made_and_the_composer_can_open_it_again(
    thread: Any, ana: Any, meta: Any, said: dict[str, Any]
) -> None:
    message = send(thread, ana, **said)
    delivery.deliver(thread.pk)
    assert outgoing(meta)
    again = specials.read(specials.written(message))
    assert again == specials.read(json.dumps(said))


def test_rows_of_all_sections_have_ids_of_their_own(conversation: Any, ana: Any) -> None:
    message = send(conversation, ana, **LIST)
    sections = payload(message, conversation.contact)["interactive"]["action"]["sections"]
    assert [row["id"] for section in sections for row in section["rows"]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "wrong",
    [
        BUTTONS | {"choices": ["Yes", "Yes"]},
        BUTTONS | {"choices": ["1", "2", "3", "4"]},
        BUTTONS | {"choices": ["A title of far too many letters"]},
        LINK | {"url": "javascript:alert(1)"},
        LIST | {"sections": [{"rows": [{"title": str(n)} for n in range(11)]}]},
        PLACE | {"latitude": 100},
    ],
)
def test_what_meta_would_refuse_is_refused_in_words(
    conversation: Any, ana: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(refusals.ContentRefused) as caught:
        send(conversation, ana, **wrong)
    assert caught.value.words


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"type": "flow"}', '{"type": "buttons", "x": 1}']
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(specials.Unreadable):
        specials.read(text)


def test_our_contacts_card_is_made_from_the_contact(conversation: Any, ana: Any) -> None:
    world.seat(ana, conversation.number)
    contact = conversation.contact
    message = send(conversation, ana, type="contacts", cards=[{"contact": contact.pk}])
    card = message.content["contacts"][0]
    assert (card["name"], card["phones"][0]["wa_id"]) == (contact.shown_name, contact.phone)
    strange = world.make_contact(world.make_workspace())
    for cards in ([{"contact": strange.pk}], [{"name": "Ivan"}]):
        with pytest.raises(specials.CardIncomplete):
            send(conversation, ana, type="contacts", cards=cards)


def test_who_sees_no_whole_numbers_hands_none_on(client: Any, conversation: Any, ana: Any) -> None:
    world.seat(ana, conversation.number)
    client.force_login(ana)
    name = conversation.contact.profile_name
    assert client.get("/inbox/cards/", {"q": name[:3]}).json()["contacts"]
    ana.workspace.agent_phones = LAST_FOUR
    ana.workspace.save(update_fields=["agent_phones"])
    ana.refresh_from_db()
    assert client.get("/inbox/cards/", {"q": name[:3]}).json()["contacts"] == []
    with pytest.raises(specials.CardIncomplete):
        send(conversation, ana, type="contacts", cards=[{"contact": conversation.contact.pk}])


def test_the_composer_posts_one_and_gets_its_bubble(
    client: Any, conversation: Any, ana: Any
) -> None:
    world.seat(ana, conversation.number)
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/messages/"
    by_script = {"X-Requested-With": "fetch"}
    answer = client.post(url, {"special": json.dumps(BUTTONS)}, headers=by_script)
    assert "Shall we deliver?" in answer.content.decode()
    assert Message.objects.get(direction=Direction.OUT).kind == "interactive"
    bad = client.post(url, {"special": "{"}, headers=by_script)
    assert bad.status_code == 409
    for kind in ("buttons", "list", "link", "ask_location", "location", "contacts"):
        assert client.get(f"/inbox/specials/?kind={kind}").status_code == 200
    assert client.get("/inbox/specials/?kind=flow").status_code == 404


def test_what_no_database_keeps_is_left_out() -> None:
    said = specials.read('{"type":"buttons","body":"a\\u0000b","choices":["\\u0000Yes"]}')
    assert said == specials.Buttons(type="buttons", body="ab", choices=["Yes"])


def test_four_buttons_and_a_place_off_the_globe_are_refused_in_words(conversation, ana):
    with pytest.raises(refusals.ContentRefused):
        send(conversation, ana, **BUTTONS | {"choices": ["1", "2", "3", "4"]})
    with pytest.raises(refusals.ContentRefused):
        send(conversation, ana, **PLACE | {"latitude": 200})
