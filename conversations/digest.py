"""The mail about notes that name somebody who did not look: after a quarter of an hour, at most one an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from accounts import mailing, masking
from accounts.models import WORKS_CONVERSATIONS, Agent
from accounts.seats import can_see
from conversations.models import Mention
from conversations.telling import wish_of

WAITED = timedelta(minutes=15)
PAUSE = timedelta(hours=1)  # between two mails to the same agent
OLDEST = timedelta(days=3)  # what was missed longer ago is no news
MOST = 20  # that one mail names; the rest is a number


def send_due(*, at: datetime) -> int:
    """Mails every agent who is due. Safe to repeat: what was mailed is marked before the mail goes out."""
    due = Mention.objects.filter(
        read_at=None, mailed_at=None, message__at__lte=at - WAITED, message__at__gt=at - OLDEST
    )
    ids = due.filter(agent__is_active=True, agent__role__in=WORKS_CONVERSATIONS)
    agents = Agent.objects.filter(pk__in=ids.values("agent_id"))
    return sum(_mail(agent, at=at) for agent in agents.select_related("notice_wish", "workspace"))


def _mail(agent: Agent, *, at: datetime) -> bool:
    recent = Mention.objects.filter(agent=agent, mailed_at__gt=at - PAUSE)
    if not wish_of(agent).mail or recent.exists():
        return False
    mentions = _take(agent, at=at)
    if not mentions:
        return False
    with translation.override(agent.language), masking.shown(agent.phones):
        count = len(mentions)
        subject = ngettext("You are named in a note", "You are named in %(count)d notes", count) % {
            "count": count
        }
        text = render_to_string("conversations/digest.txt", _context(agent, mentions))
    return mailing.post(subject, text, to=agent)


@transaction.atomic
def _take(agent: Agent, *, at: datetime) -> list[Mention]:
    """All that the agent has not read, also what is younger: it goes with the same mail."""
    rows = Mention.objects.select_for_update(of=("self",), skip_locked=True).filter(
        agent=agent, read_at=None, mailed_at=None, message__at__gt=at - OLDEST
    )
    found = list(
        rows.select_related("message__author", "message__conversation__contact").order_by("message__at")
    )  # fmt: skip
    Mention.objects.filter(pk__in=[row.pk for row in found]).update(mailed_at=at)
    seats = agent.seats_at()
    return [row for row in found if can_see(seats, row.message.conversation.place)]


def _context(agent: Agent, mentions: Iterable[Mention]) -> dict[str, object]:
    by_thread: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_thread[mention.message.conversation_id].append(mention)
    lines = [
        {
            "contact": rows[0].message.conversation.contact.shown_name,
            "authors": sorted(
                {row.message.author.short_name for row in rows if row.message.author}
            ),
            "texts": [row.message.text[:400] for row in rows],
            "url": settings.PUBLIC_URL + reverse("conversations:conversation", args=[pk]),
        }
        for pk, rows in by_thread.items()
    ]
    return {
        "name": agent.name,
        "lines": lines[:MOST],
        "more": max(len(lines) - MOST, 0),
        "shows_text": agent.workspace.notices_show_text,
        "settings_url": settings.PUBLIC_URL + reverse("canned:notices"),
    }
