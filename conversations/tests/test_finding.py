"""Search over all history: words in any form, people by name and number, filters, and only what one may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Agent, PhoneNumber, Team, Workspace
from conversations import finding
from conversations.finding import asked as asking
from conversations.models import Conversation, Direction, Label, MediaFile, Message, MessageWords
from tests import world

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def found(agent: Agent, text: str, **over: Any) -> list[str]:
    page = finding.find(agent, text, at=NOW, **over).messages
    return [finding.said(hit.message) for hit in page.rows]


def people(agent: Agent, text: str) -> list[str]:
    return [one.conversation.contact.shown_name for one in finding.find(agent, text, at=NOW).people]


@pytest.fixture
def thread(number: PhoneNumber) -> Conversation:
    contact = world.make_contact(
        number.workspace, profile_name="Мария Соколова", phone="79211234567"
    )
    return world.make_conversation(number, contact=contact)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Где мои заказы?", "заказ"),
        ("Вернули деньги за посылку", "посылка деньгами"),
        ("We have shipped your orders", "order shipping"),
        ("Ещё зелёные есть?", "зеленый"),
        ("Заказ №20187 готов", "20187"),
        ("Платье отправим завтра", "плат"),
        ("Трек-номер придёт", "трек-номер"),
        ("أين طلبي رقم ٥", "طلبي"),
        ("не до конца", "не"),
        ("see https://shop.example/a?b=1", "shop.example"),
    ],
)
def test_words_are_found_in_any_form(thread: Conversation, ana: Agent, said: str, asked: str):
    world.make_message(thread, said)
    world.make_message(thread, "Something else")
    assert found(ana, asked) == [said]


def test_phrases_and_what_must_not_be_there(thread: Conversation, ana: Agent):
    world.make_message(thread, "номер заказа")
    world.make_message(thread, "заказа номер")
    assert found(ana, '"номер заказа"') == ["номер заказа"]
    assert len(found(ana, "номер заказ")) == 2
    assert found(ana, 'номер -"номер заказа"') == ["заказа номер"]
    assert found(ana, "номер -заказы") == []  # no form of it


def test_newest_first_and_every_page_once(
    thread: Conversation, ana: Agent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("conversations.finding.messages.HITS", 3)
    monkeypatch.setattr("conversations.finding.messages.NEWEST", 4)
    for n in range(10):
        world.make_message(thread, f"заказ {n}", at=NOW - timedelta(hours=n // 2))
    seen: list[str] = []
    before = ""
    while True:
        page = finding.find(ana, "заказ ", at=NOW, before=before).messages
        seen += [hit.message.text for hit in page.rows]
        if not page.more:
            break
        before = page.more
    assert len(seen) == len(set(seen)) == 10
    assert seen[0] == "заказ 1"


@pytest.mark.parametrize(
    "ways",
    [
        pytest.param({}, id="few conversations"),
        pytest.param({"FEW_THREADS": 0}, id="rare words"),
        pytest.param({"FEW_THREADS": 0, "AT_FIRST": 1}, id="rare words, most for others"),
        pytest.param({"FEW_THREADS": 0, "RARE": 0, "LATELY": 2}, id="common words"),
    ],
)
def test_every_way_of_looking_finds_the_same(
    number: PhoneNumber, ana: Agent, monkeypatch: pytest.MonkeyPatch, ways: dict[str, int]
):
    for name, value in ({"HITS": 3, "NEWEST": 4} | ways).items():
        monkeypatch.setattr(f"conversations.finding.messages.{name}", value)
    for n in range(24):  # newest first; every second resolved, and an old one has a note of today
        at = NOW - timedelta(hours=n)
        contact = world.make_contact(number.workspace, phone=f"4915100000{n:02}")
        status = "resolved" if n % 2 else "open"
        one = world.make_conversation(number, contact=contact, status=status, last_at=at)
        world.make_message(one, f"заказ {n}", at=at)
    note = {"kind": "note", "direction": Direction.SYSTEM, "author": ana}
    world.make_message(one, "заметка: заказ 23 b", at=NOW - timedelta(hours=6, minutes=1), **note)
    seen: list[str] = []
    before = ""
    while True:
        page = finding.find(ana, "in:resolved заказ ", at=NOW, before=before).messages
        seen += [hit.message.text.split("заказ ")[1] for hit in page.rows]
        if not page.more:
            break
        before = page.more
    assert seen == ["1", "3", "5", "23 b", *(str(n) for n in range(7, 24, 2))]


def test_captions_file_names_notes_and_cards(thread: Conversation, ana: Agent):
    file = MediaFile.objects.create(
        workspace=thread.workspace,
        number=thread.number,
        kind="document",
        filename="dogovor_postavki-2026.pdf",
    )
    world.make_message(thread, "смотрите", kind="document", media=file)
    world.make_message(thread, "VIP", direction=Direction.SYSTEM, kind="note", author=ana)
    world.make_message(thread, "assigned vip", direction=Direction.SYSTEM, kind="activity")
    cards = [{"name": "Пётр", "phones": [{"phone": "555444333"}]}]
    world.make_message(thread, "Пётр", kind="contacts", content={"contacts": cards})
    assert found(ana, "postavki") == ["смотрите\ndogovor_postavki-2026.pdf"]
    assert found(ana, "has:file") == found(ana, "has:media") == found(ana, "postavki")
    assert found(ana, "vip") == found(ana, "has:note") == ["VIP"]
    assert found(ana, "петр") == ["Пётр"]
    assert found(ana, "555444333") == []  # numbers on cards may be hidden from somebody


def test_changed_words_are_found_and_the_old_ones_no_longer(thread: Conversation, ana: Agent):
    message = world.make_message(thread, "первое")
    message.text = "второе"
    message.save(update_fields=["text"])
    assert found(ana, "первое") == []
    assert found(ana, "второе") == ["второе"]
    before = MessageWords.objects.values_list("words", flat=True).get()
    Message.objects.update(status="read")
    assert MessageWords.objects.values_list("words", flat=True).get() == before
    message.delete()
    assert not MessageWords.objects.exists()


def test_who_wrote_it(thread: Conversation, ana: Agent, cleo: Agent):
    world.make_message(thread, "заказ от Марии")
    world.make_message(thread, "заказ от Аны", direction=Direction.OUT, author=ana)
    world.make_message(thread, "заказ от Клео", direction=Direction.OUT, author=cleo)
    assert found(ana, "заказ from:me") == ["заказ от Аны"]
    assert found(ana, f"заказ from:{cleo.name}") == ["заказ от Клео"]
    assert found(ana, "заказ from:customer") == ["заказ от Марии"]
    assert found(ana, "заказ from:соколова") == ["заказ от Марии"]
    assert found(ana, "заказ from:8921123") == ["заказ от Марии"]
    assert found(ana, "заказ -from:me -from:customer") == ["заказ от Клео"]
    assert len(found(ana, "заказ from:me from:соколова")) == 2


def test_a_name_beside_words_finds_what_was_said_with_them(thread: Conversation, ana: Agent):
    world.make_message(thread, "Хочу вернуть платье")
    world.make_message(world.make_conversation(thread.number), "Хочу вернуть платье и сапоги")
    assert found(ana, "соколова платье") == ["Хочу вернуть платье"]
    assert found(ana, "платье 8921123") == ["Хочу вернуть платье"]
    assert found(ana, "соколова платье -вернуть") == []


def test_where_and_when(thread: Conversation, cleo: Agent, number: PhoneNumber):
    other = world.make_conversation(
        world.make_number(number.account, label="Склад"), status="resolved"
    )
    team = Team.objects.create(workspace=number.workspace, name="Возвраты")
    Conversation.objects.filter(pk=thread.pk).update(team=team)
    world.make_message(thread, "заказ раз", at=NOW - timedelta(days=3))
    world.make_message(other, "заказ два", at=NOW)
    assert found(cleo, "заказ number:склад") == ["заказ два"]
    assert found(cleo, "заказ in:open") == ["заказ раз"]
    assert found(cleo, "заказ -in:open") == ["заказ два"]
    assert found(cleo, "заказ team:возвр") == ["заказ раз"]
    assert found(cleo, "заказ before:2026-11-23") == ["заказ раз"]
    assert found(cleo, "заказ after:вчера") == ["заказ два"]
    assert found(cleo, "after:вчера") == ["заказ два"]
    [row] = finding.find(cleo, "in:resolved", at=NOW).threads
    assert row == other


def test_labels_by_name_as_a_filter_and_as_words(thread: Conversation, ana: Agent):
    vip = Label.objects.create(workspace=thread.workspace, name="VIP")
    Label.objects.create(workspace=thread.workspace, name="VIP gold")
    other = world.make_conversation(thread.number)
    thread.labels.add(vip)
    world.make_message(thread, "заказ раз")
    world.make_message(other, "заказ два")
    assert found(ana, "заказ label:vip") == ["заказ раз"]
    assert found(ana, "заказ -label:vip") == ["заказ два"]
    assert finding.find(ana, "label:vip", at=NOW).threads == [thread]
    assert finding.find(ana, "vip", at=NOW).threads == [thread]
    [problem] = finding.find(ana, "label:gone", at=NOW).asked.problems
    assert (problem.code, problem.value) == ("unknown", "gone")


def test_a_name_that_nobody_has_is_a_problem_and_the_rest_is_found(
    thread: Conversation, ana: Agent
):
    world.make_message(thread, "заказ")
    answer = finding.find(ana, "заказ from:nobody number:none team:none has:x", at=NOW)
    assert sorted(p.code for p in answer.asked.problems) == ["has", "unknown", "unknown", "unknown"]
    assert len(answer.messages.rows) == 1


@pytest.mark.parametrize(
    "text", ["соколова", "мар сок", "+7 (921) 123", "8921123", "123 45 67", "٩٢١١٢٣", "ов"]
)
def test_people_by_name_and_by_any_part_of_their_number(
    thread: Conversation, ana: Agent, text: str, monkeypatch: pytest.MonkeyPatch
):
    assert people(ana, text) == ["Мария Соколова"]
    monkeypatch.setattr(asking, "FEW_PEOPLE", 0)  # as if very many were called so
    assert people(ana, text) == ["Мария Соколова"]


@pytest.mark.parametrize("few", [0, 4000])
def test_people_of_a_name_come_by_what_moved_last(
    number: PhoneNumber, ana: Agent, dan: Agent, few: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "FEW_PEOPLE", few)
    for n, name in enumerate(("Anna One", "Peter", "Anna Two", "Anna Three")):
        contact = world.make_contact(number.workspace, profile_name=name)
        thread = world.make_conversation(
            number, contact=contact, last_at=NOW - timedelta(hours=n or 9)
        )
        world.make_message(thread, f"refund for {name}")
    assert people(ana, "anna") == ["Anna Two", "Anna Three", "Anna One"]
    assert people(ana, "an") == ["Anna Two", "Anna Three", "Anna One"]
    assert len(found(ana, "from:anna refund")) == 3
    assert people(dan, "anna") == people(dan, "an") == []
    assert found(dan, "from:anna refund") == []


def test_marks_are_texts_never_html(thread: Conversation, ana: Agent):
    world.make_message(thread, "<script>alert(1)</script> заказ & \x02еще\x03 заказов")
    [hit] = finding.find(ana, "заказы", at=NOW).messages.rows
    assert "".join(piece.text for piece in hit.pieces).startswith("<script>alert(1)</script>")
    assert [piece.text for piece in hit.pieces if piece.is_hit] == ["заказ", "заказов"]


def test_nobody_finds_what_they_do_not_see(
    thread: Conversation, ana: Agent, ben: Agent, cleo: Agent, dan: Agent, fay: Agent
):
    world.make_message(thread, "тайна")
    for who in (ben, dan, fay):
        for text in (
            "тайна",
            "соколова",
            "8921123",
            "in:open",
            "from:соколова",
            "has:x",
            "after:1d",
        ):
            answer = finding.find(who, text, at=datetime.now(UTC))
            assert (answer.people, answer.threads, answer.messages.rows) == ([], [], []), text
    assert found(cleo, "тайна") == found(ana, "тайна") == ["тайна"]


def test_the_cost_does_not_grow_with_what_is_there(thread: Conversation, ana: Agent):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            finding.find(ana, "заказ from:соколова", at=NOW)
        return len(queries)

    world.make_message(thread, "заказ")
    few = cost()
    for n in range(20):
        contact = world.make_contact(thread.workspace, profile_name=f"Соколова {n}")
        other = world.make_conversation(thread.number, contact=contact)
        world.make_message(other, "заказ")
    assert cost() == few


def test_inside_one_conversation(thread: Conversation, ana: Agent):
    first = world.make_message(thread, "Заказ один", at=NOW - timedelta(days=1))
    last = world.make_message(thread, "Два заказа", at=NOW)
    world.make_message(world.make_conversation(thread.number), "чужой заказ")
    matches = finding.within(thread, "заказ", today=NOW.date())
    assert [match.token for match in matches] == [str(last.token), str(first.token)]
    assert matches[0].words == ("заказа",)


def test_another_workspace_with_the_same_words(thread: Conversation, ana: Agent, dan: Agent):
    number = world.make_number(world.make_account(dan.workspace))
    world.make_message(world.make_conversation(number), "заказ у соседей")
    assert found(ana, "заказ") == []


def test_a_question_that_takes_too_long_says_so(
    thread: Conversation, ana: Agent, monkeypatch: pytest.MonkeyPatch
):
    def slow(*_args: object) -> list[finding.Person]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1)")
        return []

    monkeypatch.setattr("conversations.finding.patience.PATIENCE_MS", 20)
    monkeypatch.setattr("conversations.finding.everywhere.people_of", slow)
    assert finding.find(ana, "заказ", at=NOW).is_too_slow
    assert Workspace.objects.exists()  # the connection is as good as new
