"""Pages of the list and of a thread: each row exactly once, at a cost that does not grow; filters, words and counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, PhoneNumber
from conversations import listing, live, reading, search, sorting
from conversations.listing import Filters
from conversations.models import Conversation, Message, ReadMark
from events.models import Event
from tests import world

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL = Filters(tab="all", status="any")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ROWS", 3)
    monkeypatch.setattr(search, "BUBBLES", 3)
    monkeypatch.setattr(search, "CHANGES_LIMIT", 4)
    monkeypatch.setattr(search, "NEWS_LIMIT", 8)


def found(agent: Agent, query: str = "", **over: Any) -> set[str]:
    filters = Filters(**{"tab": "all", "status": "any", "query": query} | over)
    return {row.contact.profile_name for row in listing.inbox(agent, filters).rows}


def named(number: PhoneNumber, name: str, **over: Any) -> Conversation:
    contact = world.make_contact(number.workspace, profile_name=name, **over)
    return world.make_conversation(number, contact=contact)


# --- pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=1), timedelta(days=1)])
def test_walking_the_list_shows_every_row_once_latest_first(
    ana: Agent, number: PhoneNumber, small_pages: None, step: timedelta
) -> None:
    for n in range(8):
        world.make_conversation(number, last_at=NOW + (n // 2) * step)
    seen: list[Conversation] = []
    before = ""
    while True:
        page = listing.inbox(ana, ALL, before=before)
        seen += page.rows
        if not page.more:
            break
        before = page.more
    assert [row.pk for row in seen] == [
        row.pk for row in sorted(seen, key=lambda row: (row.last_at, row.pk), reverse=True)
    ]
    assert {row.pk for row in seen} == set(Conversation.objects.values_list("pk", flat=True))
    assert len(seen) == 8
    positions = [sorting.Standing.of(row).places(at=NOW)["newest"] for row in seen]
    assert positions == sorted(positions)  # the browser sorts by the same order


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=1), timedelta(days=1)])
def test_walking_a_thread_shows_every_message_once_in_the_order_of_time(
    conversation: Conversation, small_pages: None, step: timedelta
) -> None:
    for n in range(8):
        world.make_message(conversation, f"{n}", at=NOW + (n // 4) * step, arrival=n // 2)
    seen: list[Message] = []
    before = ""
    while True:
        page = search.thread(conversation, before=before)
        seen = page.rows + seen
        if not page.more:
            break
        before = page.more
    assert [row.text for row in seen] == [str(n) for n in range(8)]


def test_a_reaction_is_no_bubble(conversation: Conversation) -> None:
    world.make_message(conversation, "", kind="reaction")
    assert search.thread(conversation).rows == []


@given(st.datetimes(datetime(2009, 1, 1), datetime(2100, 1, 1)), st.integers(0, 2**62))  # noqa: DTZ001
def test_a_position_in_the_thread_sorts_as_the_time_does(at: datetime, arrival: int) -> None:
    one = Message(at=at.replace(tzinfo=UTC), arrival=arrival)
    two = Message(at=one.at + timedelta(microseconds=1), arrival=0)
    assert one.position < two.position
    assert Message(at=one.at, arrival=arrival + 1).position > one.position


HOSTILE = [
    "", "_", "__", "1_2_3_4", "²_1", "1_²", "1_²_1", "-1_-1", "-1_-1_-1", "9" * 5000, f"{'9' * 5000}_1",
    "1_" + "9" * 40, "1_1_" + "9" * 40, f"{'9' * 18}_{'9' * 18}_{'9' * 18}", "\x00_\x00", "１_１", "nan_1",
    "1e9_1", "'; drop table--_1",
]  # fmt: skip


@pytest.mark.parametrize("cursor", HOSTILE)
def test_a_cursor_that_we_did_not_write_is_no_cursor(
    ana: Agent, conversation: Conversation, cursor: str
) -> None:
    world.make_message(conversation)
    assert len(listing.inbox(ana, ALL, before=cursor).rows) in (0, 1)
    assert len(search.thread(conversation, before=cursor).rows) in (0, 1)
    search.changes(ana, since=cursor)


# --- filters ----------------------------------------------------------------------------------------------


def test_tabs_and_states_and_numbers_narrow_the_list_down(
    cleo: Agent, ana: Agent, number: PhoneNumber, other_number: PhoneNumber
) -> None:
    named(number, "free")
    others: dict[str, dict[str, Any]] = {
        "mine": {"assignee": cleo},
        "anas": {"assignee": ana},
        "done": {"status": "resolved"},
        "other": {"number": other_number},
    }
    for name, over in others.items():
        row = named(over.pop("number", number), name)
        Conversation.objects.filter(pk=row.pk).update(**over)
    is_open = {"status": "open"}
    assert found(cleo, tab="mine", **is_open) == {"mine"}
    assert found(cleo, tab="unassigned", **is_open) == {"free", "other"}
    assert found(cleo, tab="all", **is_open) == {"free", "mine", "anas", "other"}
    assert found(cleo, tab="unassigned", status="any") == {"free", "done", "other"}
    assert found(cleo, status="resolved") == {"done"}
    assert found(cleo, number=other_number.pk) == {"other"}
    assert found(ana) == {"free", "mine", "anas", "done"}
    assert found(ana, number=other_number.pk) == set()  # a filter gives no sight
    assert listing.counts(cleo, Filters())[0] == {"mine": 1, "unassigned": 2, "all": 4}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "tab=x&status=y&number=z&q=",
        "number=²",
        "number=99999999999999",
        "q=%00%00",
        "number=-1",
    ],
)
def test_filters_that_make_no_sense_are_the_usual_ones(query: str) -> None:
    assert Filters.from_query(QueryDict(query)) == Filters()


@given(
    st.sampled_from(listing.TABS),
    st.sampled_from(listing.STATUSES),
    st.none() | st.integers(1, 10**9 - 1),
    st.text(alphabet="aя &=%+#@\x00 ", max_size=120),
)
def test_filters_survive_their_own_address(
    tab: str, status: str, number: int | None, query: str
) -> None:
    first = Filters.from_query(QueryDict(mutable=True))
    chosen = Filters.from_query(QueryDict(Filters(tab, status, number, query).url_query))
    assert Filters.from_query(QueryDict(chosen.url_query)) == chosen
    assert (chosen.tab, chosen.status, chosen.number) == (tab, status, number)
    assert first == Filters()


# --- words ------------------------------------------------------------------------------------------------


@pytest.fixture
def people(number: PhoneNumber) -> None:
    named(number, "Maria Sokolova", phone="79210001122", username="masha.s")
    named(number, "Иван Петров", phone="4915112345678")
    named(number, "50% off_now", phone="79990000000")
    named(number, "R2D2", phone="")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("maria", {"Maria Sokolova"}),
        ("soko mar", {"Maria Sokolova"}),
        ("maria петров", set()),
        ("ИВАН", {"Иван Петров"}),
        ("@masha", {"Maria Sokolova"}),
        ("masha.s", {"Maria Sokolova"}),
        ("1122", {"Maria Sokolova"}),
        ("+7 921 000-11-22", {"Maria Sokolova"}),
        ("+7 (921) 000 11 22", {"Maria Sokolova"}),
        ("921 0001122", {"Maria Sokolova"}),
        ("+49 151 1234", {"Иван Петров"}),
        ("maria 1122", {"Maria Sokolova"}),
        ("%", {"50% off_now"}),
        ("_", {"50% off_now"}),
        ("r2d2", {"R2D2"}),
        ("12", set()),
        ("\\", set()),
        ("'", set()),
    ],
)
def test_people_are_found_by_parts_of_name_number_and_username(
    ana: Agent, people: None, query: str, names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(ana, query) == names
    monkeypatch.setattr(search, "FEW", 0)  # so many that rows are asked one by one
    assert found(ana, query) == names


@pytest.mark.parametrize("few", [0, 2, 4000])
def test_pages_and_counts_agree_however_many_people_have_a_name(
    ana: Agent, cleo: Agent, number: PhoneNumber, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    for n in range(3):
        world.make_conversation(
            number,
            contact=world.make_contact(number.workspace, profile_name=f"Maria {n}"),
            assignee=ana if n == 1 else None,
        )
    named(number, "Peter")
    asked = Filters(tab="all", status="any", query="mari")
    rows = listing.inbox(ana, asked).rows
    assert [row.contact.profile_name for row in rows] == ["Maria 2", "Maria 1", "Maria 0"]
    assert listing.counts(ana, asked)[0] == {"mine": 1, "unassigned": 2, "all": 3}
    assert listing.counts(cleo, asked)[0] == {"mine": 0, "unassigned": 2, "all": 3}
    assert listing.among(ana, asked, [row.pk for row in rows]) != []
    assert listing.among(ana, replace(asked, query="peter"), [row.pk for row in rows]) == []


def test_a_name_given_by_an_agent_is_found_too(ana: Agent, number: PhoneNumber) -> None:
    contact = world.make_contact(number.workspace, profile_name="profile", name="Given")
    world.make_conversation(number, contact=contact)
    assert found(ana, "given") == {"profile"}


# --- counts, unread ---------------------------------------------------------------------------------------


def test_counting_stops_where_nobody_reads_on(
    ana: Agent, number: PhoneNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNT_LIMIT", 2)
    for _ in range(5):
        world.make_conversation(number)
    assert listing.counts(ana, Filters())[0] == {"mine": 0, "unassigned": 3, "all": 3}


def test_a_row_knows_how_much_of_it_this_agent_has_seen(
    ana: Agent, cleo: Agent, conversation: Conversation
) -> None:
    conversation.inbound_count = 4
    reading.mark_read(conversation, agent=cleo, at=timezone.now())
    ReadMark.objects.create(agent=ana, conversation=conversation, seen_count=2)
    for agent, seen in ((ana, 2), (cleo, 4)):
        (row,) = listing.inbox(agent, ALL).rows
        assert row.seen_count == seen  # type: ignore[attr-defined]


# --- changes ----------------------------------------------------------------------------------------------


def publish(row: Conversation, *messages: Message, **over: Any) -> None:
    live.publish("thing.happened", row, *messages, **over)


def test_a_screen_asks_for_what_is_newer_than_it_knows(ana: Agent, number: PhoneNumber) -> None:
    one, two = world.make_conversation(number), world.make_conversation(number)
    publish(one, world.make_message(one))
    cursor = search.changes(ana, since="0").cursor
    publish(two, world.make_message(two), world.make_message(two))
    changes = search.changes(ana, since=str(cursor))
    assert [row.pk for row in changes.conversations] == [two.pk]
    assert len(changes.messages[two.pk]) == 2
    assert one.pk not in changes.messages
    assert search.changes(ana, since=str(changes.cursor)) == search.Changes(changes.cursor)


@pytest.mark.parametrize("since", ["", "x", "-1", "99", "9" * 5000, "²", "1.5"])
def test_a_cursor_that_cannot_be_is_answered_with_a_fresh_start(
    ana: Agent, conversation: Conversation, since: str
) -> None:
    publish(conversation)
    changes = search.changes(ana, since=since)
    assert changes.too_many
    assert changes.cursor == 1


def test_more_than_a_screen_takes_in_is_a_fresh_start(
    ana: Agent, number: PhoneNumber, small_pages: None
) -> None:
    rows = [world.make_conversation(number) for _ in range(5)]
    for row in rows[:4]:
        publish(row)
    assert not search.changes(ana, since="0").too_many
    publish(rows[4])
    assert search.changes(ana, since="0").too_many
    conversation = rows[0]
    cursor = search.changes(ana, since="0").cursor
    publish(conversation, *(world.make_message(conversation) for _ in range(5)))
    assert search.changes(ana, since=str(cursor)).too_many


def test_people_are_few_up_to_what_is_asked_for(ana: Agent, number: PhoneNumber) -> None:
    ids = [named(number, name).contact_id for name in ("Anna One", "Anna Two", "Peter")][:2]
    annas = search.people(ana, ["anna"])
    assert sorted(search.few_of(annas, most=2) or []) == sorted(ids)
    assert search.few_of(annas, most=1) is None
    assert sorted(search.few_of(annas) or []) == sorted(ids)


def test_of_much_that_has_changed_a_screen_is_told_what_it_was_not_pushed(
    ana: Agent, number: PhoneNumber, small_pages: None
) -> None:
    rows = [world.make_conversation(number) for _ in range(6)]
    for row in rows:
        publish(row, world.make_message(row))
    opened, newer, *pushed, missed = rows
    has = {row.pk: row.seq for row in (opened, *pushed)} | {newer.pk: newer.seq - 1}

    def told(has: dict[int, int]) -> search.Changes:
        return search.changes(ana, since="0", threads=[opened.pk], has=has)

    assert [row.pk for row in told(has).conversations] == [opened.pk, newer.pk, missed.pk]
    assert list(told(has).messages) == [opened.pk]
    assert told({}).too_many
    assert told({opened.pk: opened.seq}).too_many
    for row in (world.make_conversation(number) for _ in range(3)):
        publish(row)
    assert told(has).too_many  # more than anybody compares


def test_more_moves_than_a_screen_takes_in_are_a_fresh_start(
    ana: Agent, conversation: Conversation, small_pages: None
) -> None:
    there = world.make_team(ana.workspace, "Returns")
    cursor = search.changes(ana, since="0").cursor
    for team in (there, None, there, None, there, None, there, None, there):
        was = conversation.place
        conversation.team = team
        conversation.save(update_fields=["team"])
        publish(conversation, was=was)
    assert Event.objects.filter(facts__has_key="was").count() == 9
    assert search.changes(ana, since=str(cursor)).too_many


def test_what_moved_away_is_gone_and_what_came_back_is_not(
    ana: Agent, conversation: Conversation
) -> None:
    there = world.make_team(ana.workspace, "Returns")
    publish(conversation)
    for team, gone in ((there, [conversation.pk]), (None, [])):
        was = conversation.place
        conversation.team = team
        conversation.save(update_fields=["team"])
        publish(conversation, was=was)
        assert search.changes(ana, since="1").gone == gone


def test_the_cost_of_changes_does_not_grow(
    ana: Agent, number: PhoneNumber, django_assert_max_num_queries: Any
) -> None:
    for count in (1, 30):
        cursor = search.changes(ana, since="0").cursor
        for _ in range(count):
            row = world.make_conversation(number)
            publish(row, world.make_message(row))
        with django_assert_max_num_queries(9):
            assert len(search.changes(ana, since=str(cursor)).messages) == count
