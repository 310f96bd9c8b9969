"""Every act, seen from the screens (after Zulip's verify_action): the page before, with what was pushed put in its
place, must be the page fetched anew; for those who see it, and for those who lose or gain sight of it. So must the page
of somebody whose line was down meanwhile and who asks for what changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from accounts.models import Agent, PhoneNumber, Team
from conversations import (
    changing,
    handing_out,
    labelling,
    live,
    macros,
    merging,
    noticing,
    noting,
    receiving,
    rule_running,
    ruling,
    sending,
    settling,
    taking_back,
    triage,
    waking,
)
from conversations.arrivals import Arrival
from conversations.models import (
    Attempt,
    AutoRule,
    Direction,
    Label,
    Macro,
    MediaFile,
    Message,
    RuleRun,
)
from conversations.tests.page import Screen
from conversations.tests.page import parse as page_of
from conversations.tests.pushes import Listener, RecordingLayer, Watcher
from events import journal
from templates_app.models import Template
from tests import posts, world
from whatsapp.facts import InboundMessage, MessageEchoed, StatusUpdate
from whatsapp.webhooks import parse

Act = Callable[["Stage"], object]


@pytest.fixture(autouse=True)
def _recorded(settings: Any) -> Iterator[None]:
    """Pushes are kept; work for Meta is left in a queue that nobody empties."""
    from waba_inbox.celery import app

    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": f"{RecordingLayer.__module__}.RecordingLayer"}
    }
    RecordingLayer.sent.clear()
    broker = app.conf.broker_url
    app.conf.update(task_always_eager=False, broker_url="memory://")
    yield
    app.conf.update(task_always_eager=True, broker_url=broker)


class Stage:
    """One conversation with a few messages, and the people around it."""

    def __init__(self, number: PhoneNumber, ana: Agent, team: Team) -> None:
        self.number, self.ana, self.team = number, ana, team
        self.contact = world.make_contact(number.workspace, phone=posts.MARIA)
        self.conversation = world.make_conversation(number, contact=self.contact)
        self.inbound = self.message("Hello", wamid="wamid.in")
        self.outbound = self.message(
            "How may I help?", direction=Direction.OUT, author=ana, wamid="wamid.out"
        )
        self.attempt = Attempt.objects.create(
            message=self.outbound, number=number, wamid="wamid.out", outcome="accepted",
            status="accepted",
        )  # fmt: skip

    def message(self, text: str, **over: Any) -> Message:
        return world.make_message(self.conversation, text, **over)

    def how(self) -> dict[str, Any]:
        return {
            "agent": self.ana,
            "token": uuid.uuid4(),
            "seen": 0,
            "at": timezone.now(),
            "override": True,
        }

    def by(self) -> dict[str, Any]:
        return {"agent": self.ana, "at": timezone.now()}

    def told(self, **parts: Any) -> None:
        """Meta's webhook, to the verbs that routing would choose."""
        facts = parse(posts.body(self.number, **parts))
        arrivals: list[Any] = [Arrival(f, self.number, n) for n, f in enumerate(facts, 1)]
        said = [a for a in arrivals if isinstance(a.fact, InboundMessage | MessageEchoed)]
        if said:
            receiving.record_messages(said)
        for arrival in arrivals:
            name = type(arrival.fact).__name__
            if name in ("ReactionChanged", "MessageEdited", "MessageRevoked"):
                changing.record_change(arrival)
            elif name == "PersonChanged":
                noticing.record_person(arrival)
            elif name == "PreferenceChanged":
                noticing.record_preference(arrival)
            elif isinstance(arrival.fact, StatusUpdate):
                settling.settle(arrival)


@pytest.fixture
def stage(number: PhoneNumber, ana: Agent, shop_team: Team) -> Stage:
    return Stage(number, ana, shop_team)


def changed(stage: Stage, **parts: Any) -> None:
    stage.told(contacts=[posts.contact()], **parts)


def said(stage: Stage, *messages: dict[str, Any]) -> None:
    changed(stage, messages=list(messages))


def pressed_send(stage: Stage) -> None:
    sending.reply(stage.conversation.pk, text="Of course", **stage.how())


def picture(stage: Stage, state: str = "stored") -> MediaFile:
    out = BytesIO()
    Image.new("RGB", (3, 2)).save(out, "PNG")
    media = MediaFile(
        workspace_id=stage.number.workspace_id, number=stage.number, kind="image",
        mime_type="image/png", state=state, size=100, next_try_at=None,
    )  # fmt: skip
    media.file.save("x", ContentFile(out.getvalue()), save=True)
    return media


def sent_a_picture(stage: Stage) -> None:
    sending.send_media(stage.conversation.pk, file=picture(stage), caption="Look", **stage.how())


def sent_a_template(stage: Stage) -> None:
    template = Template.objects.create(
        account=stage.number.account, name="hello", language="en", status="APPROVED",
        category="UTILITY", components=[{"type": "BODY", "text": "Hello {{1}}"}],
    )  # fmt: skip
    sending.send_template(
        stage.conversation.pk, template_id=template.pk, values={"body.1": "Maria"}, **stage.how()
    )


def a_picture_arrived(stage: Stage) -> None:
    """As conversations/media.py does once it has fetched a file."""
    media = picture(stage)
    message = stage.message("", kind="image", media=media)
    live.publish("media.stored", stage.conversation, message)


def taken(stage: Stage) -> None:
    triage.assign(stage.conversation.pk, to=stage.ana, expected=None, **stage.by())


def given_back(stage: Stage) -> None:
    taken(stage)
    triage.unassign(stage.conversation.pk, expected=stage.ana.pk, **stage.by())


def closed(stage: Stage) -> None:
    triage.close(stage.conversation.pk, **stage.by())


def closed_and_reopened(stage: Stage) -> None:
    closed(stage)
    triage.reopen(stage.conversation.pk, **stage.by())


def closed_and_written_to(stage: Stage) -> None:
    closed(stage)
    said(stage, posts.text("One more thing"))


def status(state: str) -> Act:
    return lambda stage: stage.told(statuses=[posts.status("wamid.out", state)])


def failed(stage: Stage) -> None:
    error = {"code": 131026, "title": "t", "error_data": {"details": "Meta's words"}}
    stage.told(statuses=[posts.status("wamid.out", "failed", errors=[error])])


def tried_again(stage: Stage) -> None:
    failed(stage)
    sending.retry(stage.outbound.pk, **stage.by())


def taken_back(stage: Stage) -> None:
    message = sending.reply(stage.conversation.pk, text="Oh no", **stage.how())
    taking_back.discard(message.pk, **stage.by())


def reacted(emoji: str) -> Act:
    def act(stage: Stage) -> None:
        reaction = {"message_id": "wamid.out", "emoji": emoji}
        said(stage, posts.message(type="reaction", reaction=reaction))

    return act


def we_reacted(stage: Stage) -> None:
    sending.react(stage.inbound.pk, emoji="👍", **stage.by())


def we_took_the_reaction_back(stage: Stage) -> None:
    we_reacted(stage)
    sending.react(stage.inbound.pk, emoji="", **stage.by())


def edited(stage: Stage) -> None:
    inner = {"type": "text", "text": {"body": "Hello, all"}}
    edit = {"original_message_id": "wamid.in", "message": inner}
    said(stage, posts.message(type="edit", edit=edit))


def revoked(stage: Stage) -> None:
    said(stage, posts.message(type="revoke", revoke={"original_message_id": "wamid.in"}))


def stopped_marketing(stage: Stage) -> None:
    wish = {
        "wa_id": posts.MARIA, "category": "marketing_messages", "value": "stop",
        "timestamp": int(timezone.now().timestamp()),
    }  # fmt: skip
    stage.told(field="user_preferences", contacts=[posts.contact()], user_preferences=[wish])


def renamed(stage: Stage) -> None:
    message = posts.text("It is me", at=int(timezone.now().timestamp()) + 5)
    stage.told(contacts=[posts.contact(name="Mary <b>Falcon</b>")], messages=[message])


def changed_number(stage: Stage) -> None:
    system: dict[str, str] = {
        "body": "changed",
        "type": "user_changed_number",
        "wa_id": "79990001122",
    }
    said(stage, posts.message(type="system", system=system))


def quoted(stage: Stage) -> None:
    said(stage, posts.text("This one", context={"id": "wamid.out", "from": "1"}))


def came_from_an_ad(stage: Stage) -> None:
    ad = {"source_type": "ad", "source_id": "77", "headline": "Autumn <sale>", "source_url": ""}
    said(stage, posts.text("How much?", referral=ad))


def wrote_much(stage: Stage) -> None:
    """A batch, as the worker takes it: one push for all of it."""
    with journal.together():
        said(stage, *(posts.text(f"Line {n}") for n in range(5)))
        status("delivered")(stage)
        closed(stage)
        said(stage, posts.text("And this"))


def wrote_late(stage: Stage) -> None:
    said(stage, posts.text("Sent long ago", at=int(timezone.now().timestamp()) - 3600))


def the_phone_answered(stage: Stage) -> None:
    echo: dict[str, Any] = {
        "id": "wamid.echo",
        "to": posts.MARIA,
        "from": stage.number.digits,
        "type": "text",
    }
    echo |= {"text": {"body": "From the phone"}, "timestamp": str(int(timezone.now().timestamp()))}
    stage.told(field="smb_message_echoes", message_echoes=[echo])


def two_became_one(stage: Stage) -> None:
    other = world.make_contact(stage.number.workspace, phone="", user_id="RU.1", profile_name="M")
    theirs = world.make_conversation(stage.number, contact=other)
    world.make_message(theirs, "Before you knew me")
    live.publish("conversation.opened", theirs)
    merging.merge([stage.contact, other])


def snoozed(stage: Stage) -> None:
    until = timezone.now() + timedelta(hours=1)
    triage.snooze(stage.conversation.pk, until=until, **stage.by())


def snoozed_and_woken(stage: Stage) -> None:
    snoozed(stage)
    waking.wake_due(at=timezone.now() + timedelta(hours=2))


def snoozed_and_written_to(stage: Stage) -> None:
    triage.snooze(stage.conversation.pk, until=None, **stage.by())
    said(stage, posts.text("And now?"))


def pending(stage: Stage) -> None:
    triage.set_pending(stage.conversation.pk, **stage.by())


def noted(stage: Stage) -> None:
    noting.write(stage.conversation.pk, token=uuid.uuid4(), text="@Cleo shall we?", **stage.by())


def labelled(stage: Stage) -> None:
    label = Label.objects.create(workspace=stage.number.workspace, name="VIP")
    labelling.add(stage.conversation.pk, label=label, **stage.by())


def prioritised(stage: Stage) -> None:
    triage.set_priority(stage.conversation.pk, priority=3, **stage.by())


def handed_out(stage: Stage) -> None:
    stage.team.handing = "round_robin"
    stage.team.save(update_fields=["handing"])
    type(stage.ana).objects.filter(pk=stage.ana.pk).update(presence="online")
    stage.conversation.team, stage.conversation.waiting_since = stage.team, timezone.now()
    stage.conversation.save(update_fields=["team", "waiting_since"])
    assert len(handing_out.hand_out(stage.number.workspace_id, at=timezone.now())) == 1


def ruled(stage: Stage) -> None:
    actions = ruling.as_json(ruling.Actions(priority=3, reply="A moment, please."))
    AutoRule.objects.create(workspace=stage.number.workspace, name="Hello", actions=actions)
    closed(stage)
    said(stage, posts.text("Me again"))
    rule_running.run(RuleRun.objects.get().pk, at=timezone.now())


def ran_a_macro(stage: Stage) -> None:
    steps = macros.as_json(
        macros.Steps(note="see above", priority=2, reply="Done", finish="resolve")
    )
    row = Macro.objects.create(workspace=stage.number.workspace, name="All", steps=steps)
    how = {name: value for name, value in stage.how().items() if name != "override"} | {
        "seen": 10**9
    }
    macros.run(row, conversation_id=stage.conversation.pk, **how)


ACTS: list[Act] = [
    handed_out, ruled, ran_a_macro,
    pressed_send, sent_a_picture, sent_a_template, a_picture_arrived, taken, given_back, closed, closed_and_reopened,
    closed_and_written_to, status("sent"), status("delivered"), status("read"), failed, tried_again, taken_back,
    reacted("❤️"), we_reacted, we_took_the_reaction_back, edited, revoked, stopped_marketing, renamed, changed_number,
    quoted, came_from_an_ad, wrote_much, wrote_late, the_phone_answered, two_became_one, noted, snoozed,
    snoozed_and_woken, snoozed_and_written_to, pending, labelled, prioritised,
    lambda stage: said(stage, posts.text("*Bold* <script>")),
]  # fmt: skip


def name_of(act: Act) -> str:
    return act.__qualname__.replace(".<locals>", "")


# --- who sees it all the time ------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS, ids=name_of)
def test_what_is_pushed_makes_the_page_that_one_would_fetch(
    stage: Stage, cleo: Agent, ben: Agent, dan: Agent, act: Act,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    cleo.language = "ru"
    cleo.save(update_fields=["language"])
    watchers = [Watcher(agent, stage.conversation.pk) for agent in (stage.ana, cleo)]
    strangers = [Listener(ben), Listener(dan)]
    before = watchers[0].screen.truth
    with django_capture_on_commit_callbacks(execute=True):
        act(stage)
    for watcher in watchers:
        watcher.check()
    assert watchers[0].screen.truth != before  # something did happen
    for stranger in strangers:
        assert stranger.pushed() == []
        assert stranger.asked() == ""


@pytest.mark.parametrize("times", [2, 3])
def test_a_fragment_may_come_again_and_late(
    stage: Stage, times: int, django_capture_on_commit_callbacks: Any
) -> None:
    watcher = Watcher(stage.ana, stage.conversation.pk)
    heard: list[str] = []
    for act in (pressed_send, taken, status("delivered"), failed, closed, quoted):
        with django_capture_on_commit_callbacks(execute=True):
            act(stage)
        heard += watcher.pushed()
    for html in [*reversed(heard)] * times:
        watcher.screen.place(html)
    assert watcher.screen.truth == Screen(page_of(watcher.fetched())).truth


# --- who loses or gains sight of it --------------------------------------------------------------------


@pytest.fixture
def returns(workspace: Any) -> Team:
    return world.make_team(workspace, "Returns")


def move(stage: Stage, team: Team | None) -> None:
    triage.set_team(stage.conversation.pk, team=team, agent=stage.ana, at=timezone.now())


def test_who_loses_sight_loses_row_and_thread_and_who_gains_it_gets_the_row(
    stage: Stage, returns: Team, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    rita = world.make_agent(stage.number.workspace, "Rita")
    world.seat(rita, stage.number, returns)
    stage.conversation.team = stage.team
    stage.conversation.save(update_fields=["team"])
    pk = stage.conversation.pk
    watchers = [Watcher(stage.ana, pk), Watcher(rita), Watcher(cleo, pk)]
    with django_capture_on_commit_callbacks(execute=True):
        move(stage, returns)
    for watcher in watchers:
        watcher.check()
    ana, new, manager = (watcher.screen for watcher in watchers)
    assert ana.page.find(f"conversation-{pk}") is None
    assert ana.page.find(f"pane-{pk}") is None
    assert new.page.find(f"conversation-{pk}") is not None
    assert manager.page.find(f"pane-{pk}") is not None
    with django_capture_on_commit_callbacks(execute=True):
        pressed_send(stage)
    assert watchers[0].pushed() == []


@pytest.mark.parametrize("sight", ["own", "team"])
def test_who_sees_only_their_own_gets_it_with_the_assignment_and_loses_it_with_it(
    stage: Stage, cleo: Agent, sight: str, django_capture_on_commit_callbacks: Any
) -> None:
    stage.ana.sight = sight
    stage.ana.save(update_fields=["sight"])
    pk = stage.conversation.pk

    def given(to: Agent | None, expected: Agent | None) -> None:
        common: dict[str, Any] = {
            "agent": cleo,
            "expected": expected.pk if expected else None,
            "at": timezone.now(),
        }
        with django_capture_on_commit_callbacks(execute=True):
            if to is None:
                triage.unassign(pk, **common)
            else:
                triage.assign(pk, to=to, **common)

    ana, manager = Watcher(stage.ana), Watcher(cleo, pk)
    assert ana.screen.page.find(f"conversation-{pk}") is None
    with django_capture_on_commit_callbacks(execute=True):
        said(stage, posts.text("Anybody?"))
    assert ana.pushed() == []
    assert ana.asked() == ""
    given(stage.ana, None)
    ana.check()
    manager.check()
    assert ana.screen.page.find(f"conversation-{pk}") is not None
    given(cleo, stage.ana)
    ana.check()
    manager.check()
    assert ana.screen.page.find(f"conversation-{pk}") is None
    with django_capture_on_commit_callbacks(execute=True):
        said(stage, posts.text("Still there?"))
    assert ana.pushed() == []
    given(stage.ana, cleo)
    given(None, stage.ana)
    ana.check()
    assert ana.screen.page.find(f"conversation-{pk}") is None
    assert manager.screen.page.find(f"pane-{pk}") is not None


def test_who_sees_their_team_hears_of_its_conversations_whoever_has_them(
    stage: Stage, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    stage.ana.sight = "team"
    stage.ana.save(update_fields=["sight"])
    stage.conversation.team = stage.team
    stage.conversation.save(update_fields=["team"])
    watcher = Watcher(stage.ana, stage.conversation.pk)
    for act in (
        lambda: said(stage, posts.text("Hello?")),
        lambda: triage.assign(
            stage.conversation.pk, agent=cleo, to=cleo, expected=None, at=timezone.now()
        ),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        watcher.check()
    assert watcher.screen.page.find(f"pane-{stage.conversation.pk}") is not None
    with django_capture_on_commit_callbacks(execute=True):
        move(stage, None)
    watcher.check()
    assert watcher.screen.page.find(f"pane-{stage.conversation.pk}") is None


def test_who_sees_it_by_another_seat_keeps_thread_and_row(
    stage: Stage, returns: Team, django_capture_on_commit_callbacks: Any
) -> None:
    """Ana sees it without a team and with hers: when it moves there, nothing may vanish from her screen."""
    pk = stage.conversation.pk
    watcher = Watcher(stage.ana, pk)
    for team in (stage.team, None, stage.team):
        with django_capture_on_commit_callbacks(execute=True):
            move(stage, team)
        for html in reversed(watcher.pushed()):
            watcher.screen.place(html)
        assert watcher.screen.page.find(f"pane-{pk}") is not None
        watcher.check()


def test_there_and_back_in_one_batch_leaves_it_where_it_was(
    stage: Stage, returns: Team, django_capture_on_commit_callbacks: Any
) -> None:
    watcher = Watcher(stage.ana, stage.conversation.pk)
    with django_capture_on_commit_callbacks(execute=True), journal.together():
        move(stage, returns)
        move(stage, None)
    watcher.check()
    assert watcher.screen.page.find(f"pane-{stage.conversation.pk}") is not None


def test_who_loses_the_assignment_with_the_sight_of_it_is_taken_off(
    stage: Stage, returns: Team, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    taken(stage)
    watcher = Watcher(cleo, stage.conversation.pk)
    with django_capture_on_commit_callbacks(execute=True):
        move(stage, returns)
    row = watcher.hear().page.find(f"conversation-{stage.conversation.pk}")
    assert row is not None
    assert row.attrs["data-assignee"] == ""


# --- the pipe ---------------------------------------------------------------------------------------------


def test_one_push_a_group_whatever_the_size_of_the_batch(
    stage: Stage, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        wrote_much(stage)
    groups = [group for group, _message in RecordingLayer.sent]
    assert (
        len(groups) == len(set(groups)) == 4 * 3
    )  # four audiences: of everything, of rows, of the thread


def test_header_and_panel_are_pushed_only_when_they_change(
    stage: Stage, django_capture_on_commit_callbacks: Any
) -> None:
    def pushed(**parts: Any) -> str:
        RecordingLayer.sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            stage.told(contacts=[posts.contact()], **parts)
        return "".join(str(message) for _group, message in RecordingLayer.sent)

    header = f"header-{stage.conversation.pk}"
    assert header in pushed(messages=[posts.text("Anybody?")])
    again = pushed(messages=[posts.text("Hello?")])
    assert "Hello?" in again
    assert header not in again
    assert header not in pushed(statuses=[posts.status("wamid.out", "delivered")])


def test_only_languages_that_somebody_reads_are_rendered(
    stage: Stage, fay: Agent, dan: Agent, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    for agent, language in ((fay, "ru"), (dan, "ru")):  # keeps books; works elsewhere
        agent.language = language
        agent.save(update_fields=["language"])
    with django_capture_on_commit_callbacks(execute=True):
        pressed_send(stage)
    assert _languages() == {"en"}
    cleo.language = "ru"
    cleo.save(update_fields=["language"])
    with django_capture_on_commit_callbacks(execute=True):
        pressed_send(stage)
    assert _languages() == {"en", "ru"}


def _languages() -> set[str]:
    """Of what was pushed: the name of an audience is “en.full”, wherever in the name of a group it stands."""
    return {
        part
        for group, _m in RecordingLayer.sent
        for part in group.split(".")
        if part in ("en", "ru", "de")
    }


def test_two_companies_in_one_batch_hear_of_their_own_only(
    stage: Stage, dan: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    theirs = world.make_conversation(world.make_number(world.make_account(dan.workspace)))
    ana, other = Listener(stage.ana), Listener(dan)
    with django_capture_on_commit_callbacks(execute=True), journal.together():
        pressed_send(stage)
        live.publish("conversation.opened", theirs)
    assert f"conversation-{stage.conversation.pk}" in "".join(ana.pushed())
    (heard,) = other.pushed()
    assert f"conversation-{theirs.pk}" in heard
    assert "Of course" not in heard


def test_the_cost_of_showing_does_not_grow_with_the_batch(
    stage: Stage, django_capture_on_commit_callbacks: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(count: int) -> int:
        rows = [world.make_conversation(stage.number) for _ in range(count)]
        with django_capture_on_commit_callbacks() as callbacks, journal.together():
            for row in rows:
                live.publish("x", row, world.make_message(row))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for callback in callbacks:
                callback()
        return len(queries)

    assert cost(1) == cost(20)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0"])
def test_without_redis_the_act_is_done_and_the_page_is_right(
    stage: Stage, url: str, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    watcher = Watcher(stage.ana, stage.conversation.pk)
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [url]},
        }
    }
    started = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        pressed_send(stage)
    assert timezone.now() - started < timedelta(seconds=5)
    watcher.screen.place(watcher.asked())
    assert watcher.screen.truth == Screen(page_of(watcher.fetched())).truth
    assert "Of course" in watcher.screen.page.text
