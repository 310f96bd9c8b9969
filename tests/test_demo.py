"""The demo workspace: whole, believable in its figures, made once, kept fresh, and never in production."""

from __future__ import annotations

import io
import re
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, Max, Sum
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from accounts import months
from accounts.models import Agent, PhoneNumber, PricingPlan, Role, Workspace
from billing import budgeting, reconciling
from billing.comparing import Difference
from billing.models import Campaign, ClosedMonth, Invoice, LedgerEntry, ShareTotal
from conversations import access, live
from conversations.models import (
    Attempt,
    Contact,
    Conversation,
    Direction,
    Identifier,
    MediaFile,
    Message,
    Reaction,
    ReadMark,
)
from events.models import Event
from quality import evidence
from quality.causes import Signal
from quality.story import latest_fall
from templates_app.models import HiddenName, Pick, Template, TemplateDay, TemplateEvent
from waba_inbox.demo import big, bodies, cast, company, refreshing, scripts, seeding, sounds
from waba_inbox.demo import meta as demo_meta

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
IN_KINDS = {
    "text", "image", "audio", "document", "sticker", "location", "contacts", "button", "interactive", "order",
    "unsupported",
}  # fmt: skip
OUT_KINDS = {
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "template", "interactive"
}  # fmt: skip


@dataclass(frozen=True)
class Demo:
    workspace: Workspace
    words: list[str]
    media: Path
    at: datetime


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Demo]:
    """Made once for all tests of this file, in a transaction that is taken back at the end.

    pytest-django makes the database for tests that ask for it by name; these do not, so some other must be among them.
    """
    if not connection.settings_dict["NAME"].startswith("test_"):
        pytest.fail(
            "Run the whole file: a few of these tests alone would have no database of their own."
        )
    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=HASHERS, MEDIA_ROOT=media),
        transaction.atomic(),
    ):
        at = timezone.now()
        words = list(seeding.seed(now=at))
        workspace = company.found()
        assert workspace is not None
        yield Demo(workspace, words, media, at)
        transaction.set_rollback(True)


@pytest.fixture
def undone(demo: Demo, settings) -> Iterator[Demo]:
    """For tests that change something: taken back after each."""
    settings.MEDIA_ROOT = demo.media
    with transaction.atomic():
        yield demo
        transaction.set_rollback(True)


def snapshot() -> dict[str, object]:
    """What a second run could change."""
    tables = (
        Workspace,
        Agent,
        Contact,
        Identifier,
        Conversation,
        Message,
        MediaFile,
        Template,
        Event,
        ReadMark,
    )
    return {model.__name__: model._default_manager.count() for model in tables} | {
        "seq": Message.objects.aggregate(n=Max("seq"))["n"],
        "at": Message.objects.aggregate(n=Max("at"))["n"],
    }


# --- who and what there is -------------------------------------------------------------------------


def test_the_people_are_four_agents_in_two_teams_and_three_others(demo):
    people = Agent.objects.filter(workspace=demo.workspace)
    assert sorted(people.values_list("role", flat=True)) == sorted(
        [Role.AGENT] * 4 + [Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR]
    )
    agents = people.filter(role=Role.AGENT)
    assert sorted(agents.values_list("language", flat=True)) == ["en", "en", "ru", "ru"]
    assert {agent.teams.get().name for agent in agents} == {"Магазин", "Мастерская"}
    assert all(agent.check_password(company.PASSWORD) for agent in people)


def test_every_login_and_the_password_are_printed(demo):
    printed = "\n".join(demo.words)
    assert company.PASSWORD in printed
    for login in (*company.LOGINS, company.OTHER_LOGIN):
        assert login.email in printed


def test_the_two_numbers_stand_on_two_plans(demo):
    plans = PhoneNumber.objects.filter(workspace=demo.workspace).values_list(
        "account__pricing_plan", flat=True
    )
    assert sorted(plans) == sorted([PricingPlan.CONVERSATION_2022, PricingPlan.CURRENT])


def test_nothing_is_in_the_other_company(demo):
    stranger = Agent.objects.get(email=company.OTHER_LOGIN.email)
    assert stranger.workspace_id != demo.workspace.pk
    assert not access.conversations(stranger).exists()
    assert not Message.objects.filter(workspace=stranger.workspace).exists()


def test_everybody_of_the_shop_sees_chats_and_finance_sees_none(demo):
    seen = {
        agent.email.split("@")[0]: access.conversations(agent).count()
        for agent in Agent.objects.filter(workspace=demo.workspace)
    }
    assert seen.pop("irina") == 0
    assert all(count > 50 for count in seen.values())


# --- conversations and messages --------------------------------------------------------------------


def test_there_are_some_three_hundred_conversations_in_both_languages(demo):
    languages = Conversation.objects.values_list("contact__language", flat=True)
    assert 280 <= len(languages) <= 330
    assert 0.6 < sum(language == "ru" for language in languages) / len(languages) < 0.8


def test_no_conversation_is_empty_and_several_are_long(demo):
    counts = Conversation.objects.annotate(n=Count("messages")).values_list("n", flat=True)
    assert min(counts) >= 1
    assert sum(30 <= n <= 80 for n in counts) >= 5


def test_every_kind_of_message_is_there_both_ways(demo):
    rows = Message.objects.values_list("direction", "kind").distinct()
    kinds = {side: {kind for where, kind in rows if where == side} for side in Direction.values}
    assert kinds[Direction.IN] >= IN_KINDS
    assert kinds[Direction.OUT] >= OUT_KINDS - (set() if sounds.CAN_FILM else {"video"})
    assert kinds[Direction.SYSTEM] == {"system", "activity"}


def test_every_turn_a_message_can_take_is_there(demo):
    found = Message.objects.all()
    assert found.exclude(edited_at=None).exists()
    assert found.exclude(revoked_at=None).exists()
    assert found.filter(is_forwarded=True).exists()
    assert found.exclude(referral=None).filter(referral__headline__icontains="−20").exists()
    assert found.exclude(quoted=None).filter(direction=Direction.OUT).exists()
    assert found.filter(content__type="button_reply", quoted__kind="interactive").exists()
    assert found.filter(content__type="list_reply").exists()
    assert {m["content"]["change"] for m in found.filter(kind="system").values("content")} == {
        "number", "identity", "marketing_stopped"
    }  # fmt: skip
    assert set(Reaction.objects.values_list("is_ours", flat=True)) == {True, False}
    assert MediaFile.objects.filter(is_voice=True).exists()


def test_every_status_and_the_known_failures_are_there(demo):
    sent = Message.objects.filter(direction=Direction.OUT)
    assert set(sent.values_list("status", flat=True)) == {
        "queued", "unknown", "accepted", "sent", "delivered", "read", "failed"
    }  # fmt: skip
    failed = sent.filter(status="failed").values_list("error_code", flat=True)
    assert set(failed) == {131026, 131047, 131049, 131053}


def test_what_waits_to_be_sent_is_not_sent_by_the_next_sweep(demo):
    for message in Message.objects.filter(status="queued"):
        assert message.retry_at > demo.at + timedelta(hours=20)


def test_what_a_customer_answered_to_has_been_read(demo):
    for conversation in Conversation.objects.prefetch_related("messages"):
        said = conversation.messages.all()
        answers = [m.at for m in said if m.direction == Direction.IN and m.kind != "unsupported"]
        for message in said:
            if message.status == "delivered":
                assert not answers or message.at > max(answers)


def test_an_attempt_stands_behind_each_message_of_ours(demo):
    for message in Message.objects.filter(direction=Direction.OUT).prefetch_related("attempts"):
        assert [attempt.wamid for attempt in message.attempts.all()] == [message.wamid]
    assert not Attempt.objects.filter(outcome="calling").exists()


def test_the_list_columns_are_those_of_the_newest_message(demo):
    for conversation in Conversation.objects.prefetch_related("messages"):
        said = [m for m in conversation.messages.all() if m.direction != Direction.SYSTEM]
        last = max(said, key=lambda m: (m.at, m.arrival))
        inbound = [m for m in said if m.direction == Direction.IN]
        assert (conversation.last_at, conversation.last_kind) == (last.at, last.kind)
        assert conversation.last_text == last.text[:160]
        assert (conversation.last_direction, conversation.last_status) == (
            last.direction,
            last.status,
        )
        assert conversation.inbound_count == len(inbound)
        assert conversation.last_inbound_at == max((m.at for m in inbound), default=None)
        if conversation.waiting_since:
            assert last.direction == Direction.IN


def test_no_two_neighbours_in_the_list_look_alike(demo):
    rows = list(Conversation.objects.for_list().order_by("-last_at", "-pk"))
    for upper, lower in pairwise(rows):
        assert upper.contact.shown_name != lower.contact.shown_name
        assert not upper.last_text or upper.last_text != lower.last_text


def test_windows_go_from_ten_minutes_to_almost_a_day_and_many_are_closed(demo):
    left = [c.window.left(demo.at) for c in Conversation.objects.select_related("number__account")]
    minutes = sorted(part.total_seconds() / 60 for part in left if part)
    assert minutes[0] <= 10.5
    assert 23 * 60 + 45 <= max(m for m in minutes if m <= 24 * 60) <= 24 * 60
    assert 40 < len(minutes) < 200
    assert len(left) - len(minutes) > 100


def test_the_agents_do_not_all_have_the_same_unread(demo):
    unread: dict[str, set[int]] = {}
    for mark in ReadMark.objects.select_related("conversation", "agent"):
        assert mark.seen_count <= mark.conversation.inbound_count
        if mark.seen_count < mark.conversation.inbound_count:
            unread.setdefault(mark.agent.email, set()).add(mark.conversation_id)
    assert len(unread) == 6
    assert len({frozenset(ids) for ids in unread.values()}) == 6


def test_odd_names_and_people_without_a_number_are_there(demo):
    contacts = Contact.objects.filter(workspace=demo.workspace)
    nameless = contacts.filter(phone="").exclude(username="")
    assert nameless.count() > 5
    assert all(contact.user_id for contact in nameless)
    assert contacts.filter(profile_name__contains="<script>").exists()
    assert contacts.filter(profile_name__regex="[א-ת]").exists()
    assert max(len(name) for name in contacts.values_list("profile_name", flat=True)) > 80
    countries = {phone[:2] for phone in contacts.values_list("phone", flat=True) if phone}
    assert {"79", "77", "14", "44", "49", "55", "52"} <= countries


def test_every_message_is_numbered_by_the_journal_without_gaps(demo):
    seqs = list(
        Event.objects.filter(workspace=demo.workspace).order_by("seq").values_list("seq", flat=True)
    )
    assert seqs == list(range(1, len(seqs) + 1))
    assert Message.objects.aggregate(n=Max("seq"))["n"] <= seqs[-1]  # alerts come after
    assert not Message.objects.filter(seq=0).exists()
    assert Workspace.objects.get(pk=demo.workspace.pk).last_seq == seqs[-1]


def test_every_bubble_can_be_drawn_in_both_languages(undone):
    for conversation in Conversation.objects.for_list().filter(pk__in=_specials()):
        bubbles = list(conversation.messages.for_thread().order_by("at", "arrival", "pk"))
        html = live.fragment(conversation, bubbles)
        assert "<script>alert" not in html


def _specials() -> list[int]:
    """One conversation for each kind of message."""
    rows = Message.objects.order_by("direction", "kind", "conversation_id")
    return [
        pk
        for *_, pk in rows.distinct("direction", "kind").values_list(
            "direction", "kind", "conversation_id"
        )
    ]


# --- files -----------------------------------------------------------------------------------------


def test_every_file_is_stored_as_what_it_says(undone):
    starts = {
        "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF", "application/pdf": b"%PDF-1.4", "audio/ogg": b"OggS"
    }  # fmt: skip
    for media in MediaFile.objects.filter(workspace=undone.workspace):
        data = media.file.read()
        assert len(data) == media.size > 400
        start = starts.get(media.mime_type.split(";")[0])
        assert start is None or data.startswith(start)
        if media.kind == "sticker":
            assert Image.open(io.BytesIO(data)).size == (512, 512)
            assert media.size < 100 * 1024


def test_a_voice_written_by_hand_is_sound_ogg():
    data = sounds.silent(3)
    position, pages = 0, 0
    while position < len(data):
        size = 27 + data[position + 26]
        size += sum(data[position + 27 : position + size])
        page = bytearray(data[position : position + size])
        (checksum,) = struct.unpack_from("<I", page, 22)
        page[22:26] = bytes(4)
        assert sounds.ogg_crc(bytes(page)) == checksum
        position, pages = position + size, pages + 1
    assert pages == 5
    assert struct.unpack_from("<q", data, data.rindex(b"OggS") + 6) == (3 * 48_000,)


# --- templates -------------------------------------------------------------------------------------


def test_templates_are_in_every_state_with_their_history(demo):
    templates = Template.objects.filter(account__workspace=demo.workspace)
    states = set(templates.values_list("status", flat=True))
    assert states == {"APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"}
    assert templates.get(status="REJECTED").rejected_reason == "INCORRECT_CATEGORY"
    for name in (
        "order_ready",
        "delivery_tomorrow",
        "appointment_reminder",
        "winter_sale",
        "login_code",
    ):
        assert set(templates.filter(name=name).values_list("language", flat=True)) == {"ru", "en"}
    for template in templates:
        newest = template.history.filter(kind="status").first()
        assert newest is not None
        assert newest.after == template.status
    assert TemplateEvent.objects.filter(kind="quality", after="RED").exists()


def test_templates_are_used_changed_elsewhere_hidden_and_counted_by_meta(demo):
    drifted = Template.objects.filter(drifted_at__isnull=False)
    assert [len(template.drift) for template in drifted] == [1]
    assert Pick.objects.filter(is_favourite=True).exists()
    assert HiddenName.objects.exists()
    assert TemplateDay.objects.filter(sent__gt=0).exists()


def test_a_sent_template_is_filled_and_shows_its_picture(demo):
    sale = Message.objects.filter(kind="template", content__name="winter_sale").first()
    assert sale is not None
    assert sale.media is not None
    assert "{{" not in sale.text
    assert sale.content["preview"]["buttons"]


# --- again, later, bigger --------------------------------------------------------------------------


def test_a_second_run_changes_nothing(undone):
    before = snapshot()
    list(seeding.seed(now=undone.at + timedelta(hours=1)))
    assert snapshot() == before


def test_an_old_demo_that_nobody_used_becomes_fresh_by_itself(undone):
    later = undone.at + timedelta(days=3)
    before = Conversation.objects.order_by("pk").values_list("last_at", flat=True)[0]
    cursor = Workspace.objects.get(pk=undone.workspace.pk).last_seq
    with time_machine.travel(later, tick=False):
        list(seeding.seed(now=later))
        again = snapshot()
        list(seeding.seed(now=later))
    moved = Conversation.objects.order_by("pk").values_list("last_at", flat=True)[0] - before
    assert timedelta(days=2, hours=23) < moved <= timedelta(days=3)
    assert Conversation.objects.filter(seq__gt=cursor).count() == Conversation.objects.count()
    assert snapshot() == again
    conversation = Conversation.objects.order_by("pk")[0]
    said = conversation.messages.exclude(direction=Direction.SYSTEM)
    assert said.aggregate(at=Max("at"))["at"] == conversation.last_at


def told_of_money() -> list[tuple[str, str]]:
    """What finance has before it: each paper with its state, and how full the budget is."""
    papers = Invoice.objects.order_by("pk").values_list("number", "state")
    [budget] = budgeting.standings(
        Invoice.objects.all()[0].workspace_id, month=Invoice.objects.latest("month").month
    )
    assert 80 <= budget.percent < 100
    return [(re.sub(r"\d{4}-", "", number), state) for number, state in papers]


def test_meta_and_the_books_differ_only_where_the_demo_wants_it(demo):
    month = timezone.localdate().replace(day=1)
    found = [
        reconciling.reconcile(demo.workspace.pk, month=months.moved(month, -n)) for n in range(3)
    ]
    assert sum((Counter(one.counts) for one in found), Counter()) == {Difference.CATEGORY: 3}


def test_the_mailing_is_a_campaign_of_the_month(demo):
    kept = ShareTotal.objects.filter(workspace=demo.workspace, by="campaign")
    assert kept.aggregate(n=Sum("quantity"))["n"] >= 10
    assert Campaign.objects.get(workspace=demo.workspace).name == "Отправить шаблон review_request"


def test_finance_finds_papers_of_three_months_and_again_when_it_is_moved(undone):
    papers = told_of_money()
    assert papers == [
        ("ПР-0001", "credited"),
        ("ПР-K-0001", "issued"),
        ("ПР-0002", "paid"),
        ("ПР-0003", "issued"),
        ("", "draft"),
    ]
    assert ClosedMonth.objects.count() == 4
    later = undone.at + timedelta(days=3)
    with time_machine.travel(later, tick=False):
        list(seeding.seed(now=later))
    assert told_of_money() == papers
    stands = LedgerEntry.objects.filter(workspace=undone.workspace).standing()
    assert not stands.filter(is_adjustment=True).exclude(cause="moved").exists()


def test_an_old_demo_that_somebody_uses_is_left_alone_until_asked(undone):
    anna = Agent.objects.get(email=company.LOGINS[0].email)
    conversation = Conversation.objects.order_by("pk")[0]
    Message.objects.create(
        workspace=undone.workspace,
        conversation=conversation,
        number=conversation.number,
        direction=Direction.OUT,
        author=anna,
        text="Hello",
        at=undone.at + timedelta(hours=2),
    )
    later = undone.at + timedelta(days=3)
    before = snapshot()
    list(seeding.seed(now=later))
    assert snapshot() == before
    assert refreshing.refresh(undone.workspace, now=later) == timedelta(days=2, hours=22)
    assert Message.objects.aggregate(at=Max("at"))["at"] == later


def test_bulk_rows_fit_together(undone):
    cursor = Workspace.objects.get(pk=undone.workspace.pk).last_seq
    old = set(Conversation.objects.values_list("pk", flat=True))
    list(big.add(conversations=40, messages=300, now=undone.at))
    added = Conversation.objects.exclude(pk__in=old).prefetch_related("messages")
    assert len(added) == 40
    assert sum(len(c.messages.all()) for c in added) == 300
    for conversation in added:
        said = conversation.messages.all()
        last = max(said, key=lambda m: m.at)
        assert (conversation.last_at, conversation.last_text) == (last.at, last.text[:160])
        assert conversation.last_direction == last.direction
        assert conversation.inbound_count == sum(m.direction == "in" for m in said)
        assert {m.number_id for m in said} == {conversation.number_id}
        assert {m.seq for m in said} == {conversation.seq}
    newest = added.order_by("-last_at").first()
    assert newest is not None
    assert newest.seq == cursor + 40 == Workspace.objects.get(pk=undone.workspace.pk).last_seq
    assert Event.objects.filter(seq__gt=cursor).count() == 40
    again = Contact.objects.create(workspace=undone.workspace)  # the ids go on behind the new rows
    assert again.pk > max(c.contact_id for c in added)


def test_bulk_rows_leave_every_index_in_its_place(undone):
    def indexes() -> set[str]:
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename LIKE 'conversations%%'", []
            )
            return {row[0] for row in cursor.fetchall()}

    before = indexes()
    list(big.add(conversations=3, messages=3, now=undone.at))
    assert indexes() == before


def test_the_command_is_refused_when_debug_is_off(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="public password"):
        call_command("seed_demo")
    assert not Agent.objects.filter(email__endswith=company.DOMAIN).exists()


# --- the simulator ---------------------------------------------------------------------------------


def test_the_simulator_learns_the_same_chats_and_only_once(undone, meta, settings):
    settings.GRAPH_URL = meta.url
    assert list(_meta_tell(undone)) == []
    world = meta.world
    told = Message.objects.filter(direction__in=("in", "out"), revoked_at=None).exclude(wamid="")
    assert len(world.messages) == told.count()
    assert {number.phone for number in world.numbers.values()} == {
        f"+{company.SHOP_PHONE}", f"+{company.WORKSHOP_PHONE}"
    }  # fmt: skip
    assert len(world.templates) == Template.objects.count()
    assert "unreachable" in {customer.behaviour for customer in world.customers.values()}
    photo = told.filter(kind="image", direction="in").first()
    assert photo is not None
    assert photo.media is not None
    stored = world.messages[photo.wamid]
    assert world.media[stored.content["id"]].sha256 == photo.media.sha256
    count = len(world.media)
    assert list(_meta_tell(undone)) == []
    assert len(world.media) == count


def _meta_tell(demo: Demo) -> Iterator[str]:
    return demo_meta.tell(demo.workspace)


def test_a_simulator_that_is_away_costs_one_line(undone, settings):
    settings.GRAPH_URL = "http://127.0.0.1:9"
    (line,) = _meta_tell(undone)
    assert "nobody answers" in line


def test_the_real_meta_is_never_told_of_the_demo(undone, settings):
    settings.GRAPH_URL = "https://graph.facebook.com"
    (line,) = _meta_tell(undone)
    assert "database alone" in line


# --- scripts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language"), [("ru", "ru"), ("en", "en"), ("parts", "ru")])
def test_every_story_can_be_told(name, language):
    for story in scripts.stories(name, language=language):
        assert story.team in ("shop", "workshop"), story.topic
        assert any(line.side in ("in", "out") for line in story.lines), story.topic
        for line in story.lines:
            assert all(len(title) <= 20 for title in _titles(line)), story.topic
    assert bodies.PLACES.keys() >= {"shop", "workshop", "home"}


def _titles(line: scripts.Line) -> list[str]:
    """WhatsApp cuts off longer ones."""
    return line.said.get("buttons", "").split(" / ") if "buttons" in line.said else []


def test_a_line_that_is_no_script_is_refused():
    with pytest.raises(ValueError, match="line 2"):
        scripts.parse("# a shop\nhello", language="en")


def test_the_cast_is_the_same_every_time_but_for_the_clock():
    now = timezone.now()
    first, second = cast.chats(now=now), cast.chats(now=now + timedelta(days=1))
    assert [[said.text for said in chat.said] for chat in first] == [
        [said.text for said in chat.said] for chat in second
    ]
    assert second[0].said[0].at - first[0].said[0].at == timedelta(days=1)


def test_the_fall_of_the_workshop_has_causes_that_can_be_seen(demo):
    number = PhoneNumber.objects.get(phone_number_id=company.WORKSHOP_NUMBER)
    fall = latest_fall(number)
    assert fall is not None
    found = [cause.signal for cause in evidence.likely(number, at=fall.at)]
    assert Signal.MARKETING in found
    assert [sent.name for sent in evidence.most_sent(number, at=fall.at)][:1] == ["review_request"]
