"""The printable transcript: the days asked for, notes only if asked, files by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from accounts.models import Agent
from conversations import transcripts
from conversations.models import Conversation, MediaFile
from tests import world


def test_it_holds_the_days_asked_for(ana: Agent, conversation: Conversation, client: Client):
    for day in (1, 2, 3):
        world.make_message(
            conversation, f"Day {day}", at=datetime(2026, 5, day, 23, 30, tzinfo=UTC)
        )
    world.make_message(
        conversation,
        "Between us",
        direction="system",
        kind="note",
        at=datetime(2026, 5, 2, tzinfo=UTC),
    )
    ana.time_zone = "Europe/Moscow"
    ana.save(update_fields=["time_zone"])
    client.force_login(ana)
    where = f"/inbox/{conversation.pk}/transcript/"
    whole = client.get(where).content.decode()
    assert all(f"Day {day}" in whole for day in (1, 2, 3))
    assert "Between us" not in whole
    assert "Between us" in client.get(where + "?notes=on").content.decode()
    page = client.get(where + "?since=2026-05-02&until=2026-05-02").content.decode()
    assert "Day 1" in page  # half past two in Moscow, on the 2nd
    assert "Day 2" not in page
    assert client.get(where + "?since=x").status_code == 422
    assert client.get(where + "?since=0001-01-01&until=9999-12-31").status_code == 200


def test_a_file_stands_there_by_its_name(ana: Agent, conversation: Conversation, client: Client):
    media = MediaFile.objects.create(
        workspace=ana.workspace, number=conversation.number, kind="document", filename="bill.pdf"
    )
    world.make_message(conversation, "", kind="document", media=media)
    world.make_message(conversation, "<b>no</b>")
    client.force_login(ana)
    page = client.get(f"/inbox/{conversation.pk}/transcript/").content.decode()
    assert "bill.pdf" in page
    assert "<b>no</b>" not in page


def test_a_very_long_one_is_cut_and_says_so(conversation: Conversation, monkeypatch: Any):
    monkeypatch.setattr(transcripts, "MOST", 2)
    for n in range(3):
        world.make_message(conversation, str(n), at=datetime(2026, 5, 1, n, tzinfo=UTC))
    paper = transcripts.of(conversation, since=None, until=None, with_notes=True)
    assert ([one.text for one in paper.messages], paper.is_cut) == (["1", "2"], True)
