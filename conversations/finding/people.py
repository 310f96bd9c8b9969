"""The people and conversations that a query finds by name, number, label or filter."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Agent
from conversations import snippets
from conversations.finding.asked import Asked, labelled, newest_of, people_called
from conversations.models import Conversation, Label
from conversations.query_words import name_words, phone_forms
from conversations.search import one_by_one
from conversations.snippets import Piece

PEOPLE = 6
THREADS = 6
SHORTEST_PART = 2  # of a name
SHORTEST_INDEXED = 3  # what is shorter is in no index of names: looked for in what moved last
LATELY = 2000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody found by name or number, with the newest of their conversations that the agent sees."""

    conversation: Conversation
    name: list[Piece]
    phone: list[Piece]


def people_of(agent: Agent, asked: Asked) -> list[Person]:
    words = name_words(asked.query)
    if not words or min(map(len, words)) < SHORTEST_PART:
        return []  # one letter is in nearly every name
    called = people_called(agent, words)
    if min(map(len, words)) < SHORTEST_INDEXED:
        lately = asked.conversations.order_by("-listed_at", "-pk").values("pk")[:LATELY]
        found = asked.conversations.filter(one_by_one(called), pk__in=lately)
        found = found.order_by("-listed_at", "-pk")
    else:
        found = newest_of(asked.conversations, called)
    ids = list(
        found.values_list("pk", flat=True)[: PEOPLE * 4]
    )  # sorted without all that a row shows
    newest: dict[int, Conversation] = {}
    for row in Conversation.objects.filter(pk__in=ids).for_list().order_by("-listed_at", "-pk"):
        newest.setdefault(row.contact_id, row)
    return [_person(row, words) for row in list(newest.values())[:PEOPLE]]


def _person(row: Conversation, words: list[str]) -> Person:
    name = row.contact.shown_name
    said = [word for word in words if not phone_forms(word)]
    forms = [form for word in words for form in phone_forms(word)]
    phone = "" if name == row.contact.shown_phone else row.contact.shown_phone
    return Person(
        row,
        snippets.pieces(name, snippets.occurrences(name, [*said, *forms])),
        snippets.pieces(phone, snippets.occurrences(phone, forms)),
    )


def threads_of(agent: Agent, asked: Asked) -> list[Conversation]:
    """The newest conversations that the filters describe, or with a label that is called by the words."""
    found = asked.conversations
    if words := name_words(asked.query):
        labels = Label.objects.filter(workspace_id=agent.workspace_id)
        for word in words:
            labels = labels.filter(name__icontains=word)
        called = list(labels.values_list("pk", flat=True))
        if not called:
            return []
        found = found.filter(labelled(called))
    elif not asked.narrows_conversations or asked.query.terms:
        return []
    return list(found.for_list().order_by("-listed_at", "-pk")[:THREADS])
