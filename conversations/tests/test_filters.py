"""The rules of a list: read from an address, written back, and asked of the database."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, PhoneNumber
from conversations import fields, filter_words, filters, listing, sorting
from conversations.filters import Condition, Group, Unreadable, dump, parse
from conversations.listing import Filters
from conversations.models import Conversation, Label, ReadMark
from tests import world

IDS = st.integers(1, 10**12).map(str)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat)


def some(values: Any) -> Any:
    return st.lists(values, min_size=1, max_size=4, unique=True).map(tuple)


CONDITIONS = st.one_of(
    *(
        st.builds(Condition, st.just(name), st.sampled_from(filters.SET_OPS), some(st.sampled_from(v)))
        for name, v in filters.CHOICES.items()
    ),
    st.builds(
        Condition, st.sampled_from(sorted(filters.IDS)), st.sampled_from(filters.SET_OPS), some(IDS)
    ),
    st.builds(Condition, st.sampled_from(filters.FLAGS), st.sampled_from(filters.FLAG_OPS)),
    st.builds(
        Condition, st.sampled_from(filters.DATES), st.sampled_from(("on", "before", "after")),
        DAYS.map(lambda day: (day,)),
    ),
    st.builds(
        Condition, IDS.map("field:{}".format), st.sampled_from(("within", "older")),
        st.integers(1, 4000).map(lambda n: (str(n),)),
    ),
)  # fmt: skip
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(Group, st.booleans(), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=8,
).map(lambda part: part if isinstance(part, Group) else Group(True, (part,)))


@given(TREES)
def test_what_is_written_is_read_again(tree: Group) -> None:
    try:
        read = parse(dump(tree))
    except Unreadable as unreadable:
        assert unreadable.problem == "size"  # noqa: PT017  deeper than anybody builds
        return
    assert read == (tree or Group())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["all", "any", "status", "is", "open", "field:1", "has"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["all", "any", "x"]), inner, max_size=2),
    max_leaves=12,
)  # fmt: skip


@given(JSON.map(json.dumps) | st.text(max_size=40))
def test_anything_is_a_tree_or_unreadable(text: str) -> None:
    try:
        tree = parse(text)
    except Unreadable as unreadable:
        assert filter_words.why(unreadable)  # noqa: PT017
        return
    assert parse(dump(tree)) == (tree or Group())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "form"), ("[]", "form"), ('{"all":[["colour","is",["red"]]]}', "subject"),
        ('{"all":[["status","has",["open"]]]}', "operator"), ('{"all":[["status","is",["lost"]]]}', "value"),
        ('{"all":[["created","on",["2026-13-01"]]]}', "value"), ('{"all":[["status","is",[]]]}', "value"),
        ('{"all":[{"all":[{"all":[{"all":[]}]}]}]}', "size"), ("x" * 9000, "size"),
        ('{"all":[["created","after",["9999-12-31"]]]}', "value"),
        ('{"all":[["created","before",["0001-01-01"]]]}', "value"),
        ('{"all":[["last","older",["000000001999999999999"]]]}', "value"),
        ('{"all":[["waiting","yes",["x"]]]}', "value"), ('{"all":[["field:1","more",["NaN"]]]}', "value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        parse(text)
    assert unreadable.value.problem == problem


# --- asked of the database ---------------------------------------------------------------------------


def named(number: PhoneNumber, name: str, **over: Any) -> Conversation:
    contact = world.make_contact(
        number.workspace, profile_name=name, language=over.pop("language", "")
    )
    return world.make_conversation(number, contact=contact, **over)


def found(agent: Agent, *parts: Any, every: bool = True, **over: Any) -> set[str]:
    rules = filters.read({"all" if every else "any": list(parts)})
    asked = Filters(tab="all", status="any", rules=rules, **over)
    page = listing.inbox(agent, asked)
    assert listing.counts(agent, asked)[0]["all"] == len(page.rows)
    assert {row.pk for row in listing.among(agent, asked, [row.pk for row in page.rows])} == {
        row.pk for row in page.rows
    }
    return {row.contact.profile_name for row in page.rows}


@pytest.fixture
def crowd(number: PhoneNumber, ana: Agent, cleo: Agent) -> dict[str, Conversation]:
    now = timezone.now()
    rows = {
        "mine": named(number, "mine", assignee=ana, priority=4, waiting_since=now, language="ru"),
        "hers": named(number, "hers", assignee=cleo, source="ad", inbound_count=2),
        "free": named(number, "free", status="resolved", open_window=False, language="en"),
    }
    Conversation.objects.filter(pk=rows["free"].pk).update(created_at=now - timedelta(days=40))
    soon = now - timedelta(hours=23)
    Conversation.objects.filter(pk=rows["hers"].pk).update(last_inbound_at=soon)
    vip = Label.objects.create(workspace=number.workspace, name="VIP")
    rows["mine"].labels.add(vip)
    return rows


@pytest.mark.django_db
def test_every_subject_finds_its_rows(
    ana: Agent, cleo: Agent, crowd: dict[str, Conversation]
) -> None:
    vip = str(Label.objects.get().pk)
    for condition, names in (
        (["status", "is", ["resolved", "snoozed"]], {"free"}),
        (["status", "not", ["resolved"]], {"mine", "hers"}),
        (["assignee", "is", ["me"]], {"mine"}),
        (["assignee", "is", ["none", str(cleo.pk)]], {"free", "hers"}),
        (["assignee", "not", ["me"]], {"free", "hers"}),
        (["label", "is", [vip]], {"mine"}),
        (["label", "is", ["none"]], {"free", "hers"}),
        (["label", "not", [vip]], {"free", "hers"}),
        (["window", "is", ["closed"]], {"free"}),
        (["window", "is", ["soon"]], {"hers"}),
        (["window", "is", ["open"]], {"mine", "hers"}),
        (["waiting", "yes"], {"mine"}),
        (["unread", "yes"], {"hers"}),
        (["unread", "no"], {"mine", "free"}),
        (["priority", "is", ["3", "4"]], {"mine"}),
        (["source", "is", ["ad"]], {"hers"}),
        (["language", "is", ["ru"]], {"mine"}),
        (["created", "older", ["30"]], {"free"}),
        (["created", "within", ["30"]], {"mine", "hers"}),
        (["last", "on", [timezone.localdate().isoformat()]], {"mine", "hers"} if timezone.localtime().hour else None),
        (["team", "is", ["none"]], {"mine", "hers", "free"}),
        (["team", "is", ["mine"]], set()),
        (["reason", "is", ["none"]], {"mine", "hers", "free"}),
        (["field:99", "filled"], set()),
    ):  # fmt: skip
        if names is not None:
            assert found(ana, condition) == names, condition


@pytest.mark.django_db
def test_rules_are_joined_by_and_and_or(ana: Agent, crowd: dict[str, Conversation]) -> None:
    urgent, resolved = ["priority", "is", ["4"]], ["status", "is", ["resolved"]]
    assert found(ana, urgent, resolved) == set()
    assert found(ana, urgent, resolved, every=False) == {"mine", "free"}
    assert found(ana, {"any": [urgent, resolved]}, ["language", "is", ["en"]]) == {"free"}


@pytest.mark.django_db
def test_a_filter_gives_no_sight(dan: Agent, crowd: dict[str, Conversation]) -> None:
    assert found(dan, ["status", "not", ["snoozed"]]) == set()


@pytest.mark.django_db
def test_custom_fields_are_asked_by_their_kind(
    ana: Agent, cleo: Agent, crowd: dict[str, Conversation]
) -> None:
    def field(kind: str, of: str = "contact", **over: Any) -> str:
        made = fields.define(of=of, name=kind, kind=kind, choices=["M", "L"], by=cleo, **over)
        for name, words in said[kind].items():
            row = crowd[name]
            fields.set_value(row.pk, field=made, words=words, agent=ana, at=timezone.now())
        return f"field:{made.pk}"

    said = {
        "text": {"mine": "Blue Whale", "hers": "blue"},
        "number": {"mine": "10", "hers": "20.5"},
        "date": {"mine": "2026-01-01", "free": timezone.localdate().isoformat()},
        "flag": {"mine": "yes", "hers": "no"},
        "choice": {"free": "M"},
    }
    text, number, day = field("text"), field("number", "conversation"), field("date")
    flag, choice = field("flag"), field("choice")
    for condition, names in (
        ([text, "has", ["BLUE"]], {"mine", "hers"}),
        ([text, "is", ["blue"]], {"hers"}),
        ([text, "not", ["blue"]], {"mine", "free"}),
        ([text, "empty"], {"free"}),
        ([number, "more", ["10"]], {"hers"}),
        ([number, "less", ["10.5"]], {"mine"}),
        ([number, "equals", ["20.50"]], {"hers"}),
        ([day, "before", ["2026-01-02"]], {"mine"}),
        ([day, "within", ["2"]], {"free"}),
        ([day, "filled"], {"mine", "free"}),
        ([flag, "no"], {"hers"}),
        ([choice, "is", ["M", "L"]], {"free"}),
        ([number, "has", ["1"]], set()),
    ):
        assert found(ana, condition) == names, condition


@pytest.mark.django_db
def test_a_filter_of_an_address_that_is_none_is_said_and_left_out(client: Any, ana: Agent) -> None:
    client.force_login(ana)
    page = client.get("/inbox/", {"f": '{"all":[["colour","is",["red"]]]}'}).content.decode()
    assert "something unknown: colour" in page
    assert client.get("/inbox/rows/", {"f": "nonsense"}).status_code == 200


@pytest.mark.django_db
def test_chips_say_the_rules_and_lead_to_the_list_without_one(
    client: Any, ana: Agent, crowd: dict[str, Conversation]
) -> None:
    client.force_login(ana)
    vip = Label.objects.get().pk
    rules = {"all": [["label", "is", [vip]], ["waiting", "yes"], ["created", "within", [7]]]}
    page = client.get("/inbox/", {"tab": "all", "f": json.dumps(rules)}).content.decode()
    assert "Label: VIP" in page
    assert "Created: in the last 7 days" in page
    assert client.get("/inbox/filters/").json()["subjects"]


# --- order --------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("newest", "edcba"), ("oldest", "abcde"), ("waiting", "dbeca"), ("window", "bdeca"), ("priority", "caedb"),
    ],
)  # fmt: skip
def test_every_order_walks_every_row_once(
    ana: Agent, number: PhoneNumber, monkeypatch: Any, sort: str, names: str
) -> None:
    monkeypatch.setattr(listing, "ROWS", 2)
    now = timezone.now()
    for n, name in enumerate("abcde"):
        row = named(number, name, last_at=NOW + timedelta(minutes=n // 2), open_window=False)
        waits, ends = {"b": 2, "d": 3}.get(name), {"b": 1, "d": 5}.get(name)
        row.waiting_since = now - timedelta(hours=waits) if waits else None
        row.last_inbound_at = now - timedelta(hours=24 - ends) if ends else None
        row.priority = {"c": 3, "a": 2}.get(name, 0)
        row.save(update_fields=["waiting_since", "last_inbound_at", "priority"])
    seen, before = [], ""
    while True:
        page = listing.inbox(ana, Filters(tab="all", sort=sort), before=before)
        seen += page.rows
        if not (before := page.more):
            break
    assert "".join(row.contact.profile_name for row in seen) == names
    places = [sorting.Standing.of(row).places(at=now)[sort] for row in seen]
    assert places == sorted(places)  # the browser sorts by the same order


@given(st.sampled_from(sorted(sorting.SORTS)), st.text(max_size=40))
def test_no_cursor_is_trusted(sort: str, cursor: str) -> None:
    sorting.read(cursor, sort)


@pytest.mark.django_db
def test_unread_is_ones_own(ana: Agent, cleo: Agent, crowd: dict[str, Conversation]) -> None:
    ReadMark.objects.create(agent=ana, conversation=crowd["hers"], seen_count=2)
    assert found(ana, ["unread", "yes"]) == set()
    assert found(cleo, ["unread", "yes"]) == {"hers"}
