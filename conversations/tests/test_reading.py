"""Read marks: each agent's own, and never going back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conversations import reading
from conversations.models import Conversation, ReadMark

pytestmark = pytest.mark.django_db


def came(conversation: Conversation, count: int) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(inbound_count=count)
    conversation.refresh_from_db()


def test_reading_marks_all_that_came_for_this_agent_only(conversation, ana, cleo):
    came(conversation, 5)
    assert reading.mark_read(conversation, agent=ana, at=timezone.now()) == 5
    assert ReadMark.objects.get().agent == ana


def test_an_older_page_never_takes_a_mark_back(conversation, ana):
    came(conversation, 3)
    old_page = Conversation.objects.get(pk=conversation.pk)
    came(conversation, 7)
    reading.mark_read(conversation, agent=ana, at=timezone.now())
    assert reading.mark_read(old_page, agent=ana, at=timezone.now()) == 7
    assert ReadMark.objects.get().seen_count == 7


def test_a_second_look_writes_nothing(conversation, ana, django_assert_max_num_queries):
    came(conversation, 3)
    reading.mark_read(conversation, agent=ana, at=timezone.now())
    with django_assert_max_num_queries(2):
        reading.mark_read(conversation, agent=ana, at=timezone.now())
