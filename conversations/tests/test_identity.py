"""One thread a person, whatever ids Meta names them by; and never two people in one thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from accounts.models import PhoneNumber
from conversations import changing, merging, noticing, receiving
from conversations.arrivals import Arrival
from conversations.models import Contact, Conversation, Identifier, Message, ReadMark
from tests import posts, world
from whatsapp.facts import PersonChanged, PreferenceChanged
from whatsapp.webhooks import parse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD, NEW = "79210000001", "79210000002"
BSUID, OTHER = "RU.13491208655302741918", "RU.77777"


def hear(number: PhoneNumber, *messages: dict[str, Any], **parts: Any) -> None:
    """Each as a webhook of its own."""
    for message in messages:
        tell(number, posts.body(number, messages=[message], **parts))


def tell(number: PhoneNumber, body: bytes) -> None:
    for order, fact in enumerate(parse(body)):
        arrival: Any = Arrival[Any](fact, number, order)
        match fact:
            case PersonChanged():
                noticing.record_person(arrival)
            case PreferenceChanged():
                noticing.record_preference(arrival)
            case _:
                receiving.record_messages([arrival])


def from_phone(said: str, minute: int = 0, **over: Any) -> dict[str, Any]:
    return posts.text(said, at=int(NOW.timestamp()) + 60 * minute, **{"sender": OLD} | over)


def from_id(said: str, user_id: str = BSUID, minute: int = 0, **over: Any) -> dict[str, Any]:
    over = {"sender": "", "from_user_id": user_id} | over
    return from_phone(said, minute, **over)


def changed_number(minute: int = 10, **over: Any) -> dict[str, Any]:
    system = {"body": "changed", "type": "user_changed_number", "wa_id": NEW} | over
    at = int(NOW.timestamp()) + 60 * minute
    return posts.message(sender=OLD, at=at, type="system", system=system)


def threads() -> list[list[str]]:
    """The words of each thread, oldest thread first."""
    return [
        list(row.messages.exclude(direction="system").order_by("at").values_list("text", flat=True))
        for row in Conversation.objects.order_by("pk")
    ]


def test_a_person_without_a_number_has_a_thread_and_can_be_answered(number):
    hear(number, from_id("no number"))
    contact = Contact.objects.get()
    assert (contact.phone, contact.user_id) == ("", BSUID)
    assert threads() == [["no number"]]


def test_two_people_without_numbers_never_share_a_thread(number):
    hear(number, from_id("one"), from_id("two", OTHER), from_id("one again", minute=1))
    assert threads() == [["one", "one again"], ["two"]]


def test_when_both_ids_turn_up_together_the_two_are_one(number, ana):
    hear(number, from_id("by id"), from_phone("by phone", 1))
    first, second = Conversation.objects.order_by("pk")
    ReadMark.objects.create(agent=ana, conversation=first, seen_count=1)
    ReadMark.objects.create(agent=ana, conversation=second, seen_count=1)
    hear(number, from_id("both", minute=2, sender=OLD))
    assert threads() == [["by id", "by phone", "both"]]
    contact = Contact.objects.get()
    assert (contact.phone, contact.user_id) == (OLD, BSUID)
    conversation = Conversation.objects.get()
    assert conversation.inbound_count == 3
    assert ReadMark.objects.get().seen_count == 2
    assert conversation.waiting_since == NOW
    assert conversation.last_text == "both"
    hear(number, from_id("id alone", minute=3), from_phone("phone alone", 4))
    assert len(threads()) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_what_reveals_a_person_does_not_matter(number, order):
    said = [
        from_id("a", minute=0),
        from_phone("b", 1),
        from_id("c", minute=2, sender=OLD),
        from_phone("d", 3),
    ]
    hear(number, *(said[n] for n in order))
    assert threads() == [["a", "b", "c", "d"]]
    conversation = Conversation.objects.get()
    assert conversation.last_text == "d"
    assert conversation.last_inbound_at == NOW + timedelta(minutes=3)
    assert conversation.waiting_since == NOW
    assert conversation.inbound_count == 4


def test_two_in_one_batch_who_are_one_make_one_contact(number):
    arrivals = []
    for n, one in enumerate([from_id("a"), from_phone("b", 1), from_id("c", minute=2, sender=OLD)]):
        arrivals += [Arrival[Any](parse(posts.body(number, messages=[one]))[0], number, n)]
    receiving.record_messages(arrivals)
    assert threads() == [["a", "b", "c"]]


def test_the_threads_at_other_numbers_come_along(number, other_number):
    hear(number, from_id("here by id"))
    hear(other_number, from_phone("there by phone", 1))
    hear(number, from_id("both", minute=2, sender=OLD))
    assert threads() == [["here by id", "both"], ["there by phone"]]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5531988888888", "553188888888"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
    ],
)
def test_the_two_spellings_of_a_number_are_one_person(number, one, other):
    hear(number, from_phone("one", sender=one), from_phone("other", 1, sender=other))
    assert threads() == [["one", "other"]]
    assert Contact.objects.get().phone == other  # as Meta wrote it last


def test_a_new_number_takes_the_thread_along(number):
    hear(
        number, from_phone("old number"), changed_number(), from_phone("new number", 20, sender=NEW)
    )
    assert threads() == [["old number", "new number"]]
    assert Contact.objects.get().phone == NEW
    line = Message.objects.get(direction="system")
    assert line.content == {"change": "number", "body": "changed", "old": OLD, "new": NEW}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_around_a_new_number_does_not_matter(number, order):
    said = [from_phone("old number"), changed_number(), from_phone("new number", 20, sender=NEW)]
    hear(number, *(said[n] for n in order))
    hear(number, said[1])  # told again
    assert threads() == [["old number", "new number"]]
    assert Contact.objects.get().phone == NEW
    assert Message.objects.filter(direction="system").count() == 1


def test_who_gets_a_number_that_somebody_left_is_somebody_else(number):
    hear(number, from_phone("mine"), changed_number(), from_phone("I bought this number", 60))
    assert threads() == [["mine"], ["I bought this number"]]
    hear(number, from_phone("said before, came late", 5))
    assert threads() == [["mine", "said before, came late"], ["I bought this number"]]


def test_a_new_id_takes_the_thread_along(number):
    hear(number, from_id("old id"))
    system = {"type": "user_changed_user_id", "user_id": OTHER, "body": "changed"}
    at = int(NOW.timestamp()) + 60
    change = posts.message(sender="", from_user_id=BSUID, at=at, type="system", system=system)
    hear(number, change, from_id("new id", OTHER, 2))
    assert threads() == [["old id", "new id"]]
    assert Contact.objects.get().user_id == OTHER


def test_a_new_security_code_is_a_line_in_the_thread(number):
    hear(number, from_phone("hello"))
    change = posts.message(
        sender=OLD, type="system", system={"type": "customer_identity_changed", "body": "code"}
    )
    hear(number, change)
    assert Message.objects.get(direction="system").content["change"] == "identity"
    assert Conversation.objects.get().inbound_count == 1


def test_the_latest_name_stays_whatever_comes_late(number):
    hear(number, from_phone("two", 2), contacts=[posts.contact(OLD, "New Name")])
    hear(number, from_phone("one", 1), contacts=[posts.contact(OLD, "Old Name")])
    assert Contact.objects.get().profile_name == "New Name"


def test_another_company_has_a_contact_of_its_own(number, dan):
    theirs = world.make_number(world.make_account(dan.workspace))
    hear(number, from_phone("ours"))
    hear(theirs, from_phone("theirs"))
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_latest_word_on_marketing_counts(number, order):
    at = int(NOW.timestamp())
    said = [
        {"wa_id": OLD, "category": "marketing_messages", "value": "stop", "timestamp": at},
        {"wa_id": OLD, "category": "marketing_messages", "value": "resume", "timestamp": at + 60},
    ]
    for n in order:
        tell(number, posts.body(number, field="user_preferences", user_preferences=[said[n]]))
    assert Contact.objects.get().marketing_stopped_at is None
    stop = {**said[0], "timestamp": at + 120}
    tell(number, posts.body(number, field="user_preferences", user_preferences=[stop]))
    assert Contact.objects.get().marketing_stopped_at == NOW + timedelta(minutes=2)


def test_merging_knows_every_table_that_points_at_what_it_merges():
    """A new one must be thought of in merging.py, or its rows die with the contact that goes."""

    def pointing(model: Any) -> set[str]:
        return {relation.get_accessor_name() for relation in model._meta.related_objects}

    assert pointing(Contact) == merging.MOVED_WITH_CONTACTS
    assert pointing(Conversation) == merging.MOVED_WITH_CONVERSATIONS | merging.moved_elsewhere()


def test_ids_are_stored_once(number):
    hear(number, *(from_id(f"{n}", minute=n, sender=OLD) for n in range(3)))
    assert Identifier.objects.count() == 2


def test_a_reaction_finds_its_message_after_a_merge(number):
    hear(number, from_id("by id", id="wamid.A"), from_phone("by phone", 1))
    hear(number, from_id("both", minute=2, sender=OLD))
    body = posts.message(type="reaction", reaction={"message_id": "wamid.A", "emoji": "👍"})
    changing.record_change(Arrival[Any](parse(posts.body(number, messages=[body]))[0], number))
    assert Message.objects.get(wamid="wamid.A").reactions.get().emoji == "👍"
