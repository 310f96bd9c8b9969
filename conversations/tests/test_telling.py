"""Notices in practice: notes to open pages, pushes that only the browser can read, and one mail for what was missed."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, Handing, Presence, Team
from conversations import digest, noting, pushing, ruling, tasks, telling
from conversations.models import (
    AutoRule,
    Conversation,
    Mention,
    Message,
    NoticeWish,
    PushKey,
    RuleRun,
)
from conversations.tests.pushes import RecordingLayer
from tests import world

NOW = timezone.now
SECRET = base64.urlsafe_b64encode(b"sixteen octets!!").decode().rstrip("=")


@pytest.fixture(autouse=True)
def _recorded(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": f"{RecordingLayer.__module__}.RecordingLayer"}
    }
    RecordingLayer.sent.clear()


def told(agent: Agent) -> list[dict[str, Any]]:
    sent = [body["note"] for group, body in RecordingLayer.sent if group == f"agent.{agent.pk}"]
    return [one for note in sent if note["kind"] == "news" for one in note["news"]]


def said(conversation: Conversation, text: str = "Is it there?", **over: Any) -> Message:
    return world.make_message(conversation, text=text, **over)


def point(key: ec.EllipticCurvePrivateKey) -> str:
    octets = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


class Service(HTTPServer):
    """A push service: keeps what it is given, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[Any, bytes]] = []
        self.status = 201

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/push/1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        service: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service.taken.append((self.headers, body))
        self.send_response(service.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    """A push service on this machine, which counts as known."""
    settings.PUSH_HOSTS = ["127.0.0.1"]
    server = Service()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


# --- open pages -------------------------------------------------------------------------------------------


def test_a_customer_is_heard_by_those_who_may_see_them(conversation, ana, ben, dan):
    message = said(conversation)
    assert telling.of_messages([message.pk], at=NOW()) == []
    (news,) = told(ana)
    assert (news["conversation"], news["text"]) == (conversation.pk, "Is it there?")
    assert (news["sound"], news["hidden"]) == ("chime", True)
    assert told(ben) == told(dan) == []


def test_wishes_count_and_old_messages_are_no_alarm(conversation, ana):
    NoticeWish.objects.create(agent=ana, quiet_numbers=[conversation.number_id], sound="none")
    telling.of_messages([said(conversation).pk], at=NOW())
    assert told(ana) == []
    NoticeWish.objects.update(quiet_numbers=[])
    late = said(conversation, at=NOW() - timedelta(hours=2))
    telling.of_messages([late.pk, said(conversation, source="history").pk], at=NOW())
    assert told(ana) == []
    telling.of_messages([said(conversation, "one").pk, said(conversation, "two").pk], at=NOW())
    assert [(news["text"], news["sound"]) for news in told(ana)] == [("two", "")]


def test_what_it_costs_does_not_grow_with_the_messages(
    number, ana, cleo, django_assert_max_num_queries
):
    ids = [said(world.make_conversation(number)).pk for _n in range(12)]
    with django_assert_max_num_queries(8):
        telling.of_messages(ids, at=NOW())
    (note,) = (body for group, body in RecordingLayer.sent if group == f"agent.{ana.pk}")
    assert note["note"]["news"] == told(ana)  # one note, and the newest of it
    assert len(told(ana)) == telling.MOST_AT_ONCE
    assert [news["sound"] for news in told(ana)] == ["", "", "", "", "chime"]


# --- pushes -----------------------------------------------------------------------------------------------


def test_a_push_says_only_what_the_workspace_lets_out_and_only_to_that_browser(
    conversation, ana, service
):
    key = ec.generate_private_key(ec.SECP256R1())
    ana.pushes.create(endpoint=service.url, p256dh=point(key), auth=SECRET)
    for shows, words in ((False, "New message · Shop"), (True, "Maria Sokolova")):
        ana.workspace.notices_show_text = shows
        ana.workspace.save(update_fields=["notices_show_text"])
        (letter,) = telling.of_messages([said(conversation, "My secret").pk], at=NOW())
        assert pushing.push(letter.subscription, letter.words)
        headers, body = service.taken.pop()
        assert headers["Authorization"].startswith("vapid t=")
        read = json.loads(http_ece.decrypt(body, private_key=key, auth_secret=b"sixteen octets!!"))
        assert read["title"] == words
        assert ("My secret" in read["text"]) is shows
        assert b"secret" not in body


def test_a_browser_that_is_gone_is_forgotten_and_a_tired_service_is_not(ana, service):
    key = ec.generate_private_key(ec.SECP256R1())
    row = ana.pushes.create(endpoint=service.url, p256dh=point(key), auth=SECRET)
    service.status = 503
    assert not pushing.push(row.pk, {"title": "x"})
    assert ana.pushes.exists()
    service.status = 410
    assert not pushing.push(row.pk, {"title": "x"})
    assert not ana.pushes.exists()
    assert not pushing.push(row.pk, {"title": "x"})


def test_the_key_is_made_once_and_kept_encrypted(db):
    assert pushing.public_key() == pushing.public_key()
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM conversations_pushkey")
        ((stored,),) = cursor.fetchall()
    assert PushKey.objects.get().private not in stored


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://evil.example/fcm.googleapis.com",
        "https://evilfcm.googleapis.com.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:99999/x",
        "https://user@fcm.googleapis.com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_we_push_to_push_services_only(client: Client, ana: Agent, endpoint: str):
    client.force_login(ana)
    key = point(ec.generate_private_key(ec.SECP256R1()))
    form = {"endpoint": endpoint, "p256dh": key, "auth": SECRET}
    assert client.post("/settings/notifications/browser/", form).status_code == 422
    assert not ana.pushes.exists()


def test_a_browser_comes_changes_hands_and_goes(client: Client, ana: Agent, cleo: Agent):
    key = point(ec.generate_private_key(ec.SECP256R1()))
    form = {"endpoint": "https://fcm.googleapis.com/send/1", "p256dh": key, "auth": SECRET}
    for agent in (ana, cleo):
        client.force_login(agent)
        assert client.post("/settings/notifications/browser/", form).status_code == 204
    assert not ana.pushes.exists()
    assert client.get("/settings/notifications/browser/").json()["key"] == pushing.public_key()
    gone = {"endpoint": form["endpoint"], "gone": "1"}
    assert client.post("/settings/notifications/browser/", gone).status_code == 204
    assert not cleo.pushes.exists()


def test_the_page_keeps_what_is_quiet(client: Client, ana: Agent, number):
    client.force_login(ana)
    form = {"scope": "all", "sound": "bell", "mail": "on"}
    assert client.post("/settings/notifications/", form).status_code == 302
    wish = NoticeWish.objects.get(agent=ana)
    assert (wish.scope, wish.sound, wish.only_hidden) == ("all", "bell", False)
    assert wish.quiet_numbers == [number.pk]
    assert client.post("/settings/notifications/", form | {"scope": "x"}).status_code == 422
    other = client.post("/settings/notifications/", form | {"numbers": ["999999"]})
    assert other.status_code == 422


# --- the mail ---------------------------------------------------------------------------------------------


def name(conversation: Conversation, by: Agent, *, text: str, minutes: int) -> None:
    at = NOW() - timedelta(minutes=minutes)
    noting.write(conversation.pk, agent=by, token=uuid.uuid4(), text=text, at=at)


def test_missed_mentions_come_in_one_mail_an_hour_without_the_words(conversation, ana, cleo):
    name(conversation, cleo, text="@Ana her PIN is 1234", minutes=5)
    assert digest.send_due(at=NOW()) == 0
    name(conversation, cleo, text="@Ana look please", minutes=20)
    assert digest.send_due(at=NOW()) == 1
    (letter,) = mail.outbox
    assert letter.subject == "You are named in 2 notes"
    assert f"/inbox/{conversation.pk}/" in letter.body
    assert "PIN" not in letter.body
    assert "/settings/notifications/" in letter.body
    name(conversation, cleo, text="@Ana and again", minutes=16)
    assert digest.send_due(at=NOW()) == 0
    assert digest.send_due(at=NOW() + timedelta(hours=1, minutes=1)) == 1
    assert len(mail.outbox) == 2


def test_no_mail_for_what_was_read_is_not_wanted_or_no_longer_seen(conversation, ana, cleo):
    name(conversation, cleo, text="@Ana look", minutes=20)
    NoticeWish.objects.create(agent=ana, mail=False)
    assert digest.send_due(at=NOW()) == 0
    NoticeWish.objects.update(mail=True)
    ana.seats.all().delete()
    assert digest.send_due(at=NOW()) == 0
    Mention.objects.update(mailed_at=None, read_at=NOW())
    world.seat(ana)
    assert digest.send_due(at=NOW()) == 0
    assert mail.outbox == []


@pytest.mark.django_db
def test_who_is_given_a_conversation_by_handing_out_or_by_a_rule_is_told(
    number: Any, ana: Agent, shop_team: Team
) -> None:
    shop_team.handing = Handing.ROUND_ROBIN
    shop_team.save(update_fields=["handing"])
    shop_team.members.add(ana)
    Agent.objects.filter(pk=ana.pk).update(presence=Presence.ONLINE)
    waits = world.make_conversation(number, team=shop_team, waiting_since=NOW())
    tasks.hand_out(number.workspace_id)
    assert [note["title"] for note in told(ana)] == [f"Yours now: {waits.contact.shown_name}"]

    actions = ruling.as_json(ruling.Actions(assignee=ana.pk))
    AutoRule.objects.create(workspace=number.workspace, name="To Ana", actions=actions)
    begun = world.make_conversation(number)
    run = RuleRun.objects.create(message=said(begun), is_new=True)
    tasks.run_rules(run.pk)
    assert [note["conversation"] for note in told(ana)] == [waits.pk, begun.pk]


@pytest.mark.django_db
def test_what_somebody_else_has_by_now_is_not_told(
    conversation: Conversation, ana: Agent, cleo: Agent
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(assignee=cleo)
    assert telling.of_assignment(conversation.pk, to=ana.pk, by=None) == []
    assert told(ana) == []
