"""What every view of the inbox begins and ends with: the agent, the conversation they see, the answer in fragments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Agent
from accounts.seats import TEAM
from conversations import access, live, panel, search
from conversations.models import Conversation, Message
from conversations.refusals import Refusal, ThreadMoved


def agent_of(request: HttpRequest) -> Agent:
    """The signed-in agent; 403 for roles that do not work conversations. Seats and teams are read once a request."""
    agent = cast(Agent, request.user)
    if not agent.works_conversations:
        raise PermissionDenied
    if not agent.leads:
        prefetch_related_objects(
            [agent], *(["seats", "teams"] if agent.sees == TEAM else ["seats"])
        )
    return agent


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, for the audit log."""
    return str(get_adapter(request).get_client_ip(request))


def conversation_of(request: HttpRequest, pk: int) -> Conversation:
    """The conversation, if this agent may see it; 404 whether it is missing or not theirs."""
    agent = agent_of(request)
    found = search.with_seen(access.conversations(agent), agent).for_list()
    return get_object_or_404(found, pk=pk)


def token_in(request: HttpRequest, name: str) -> UUID | None:
    """A message's token in the query; None for anything else."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def by_script(request: HttpRequest) -> bool:
    """Our modules say so; a plain form of a page without JavaScript does not."""
    return request.headers.get("X-Requested-With") == "fetch" or "HX-Request" in request.headers


def shown(request: HttpRequest, pk: int, messages: Iterable[Message] = ()) -> HttpResponse:
    """The conversation as it is now: fragments for our modules, the page for everybody else.

    An act may have taken it out of this agent's sight: then a tombstone.
    """
    agent = agent_of(request)
    conversation = access.conversations(agent).for_list().filter(pk=pk).first()
    if not by_script(request):
        if conversation is None:
            return redirect("conversations:inbox")
        return redirect("conversations:conversation", pk)
    if conversation is None:
        agent.workspace.refresh_from_db(fields=["last_seq"])
        return HttpResponse(live.tombstone(pk, agent.workspace.last_seq))
    ids = [message.pk for message in messages]
    bubbles = Message.objects.for_thread().filter(pk__in=ids).order_by("at", "arrival", "pk")
    return HttpResponse(
        live.fragment(conversation, list(bubbles), teams=panel.teams_of(conversation.workspace_id))
    )


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What was not done, in words: above the composer, or as a page of its own without JavaScript."""
    newer = refusal.newer if isinstance(refusal, ThreadMoved) else ()
    context = {"refusal": refusal, "newer": newer, "can_override": isinstance(refusal, ThreadMoved)}
    return _not_done(request, context, status=409)


def invalid(request: HttpRequest, form: Form) -> HttpResponse:
    """A form that none of our pages sends, or a value of the wrong kind: said in the same place as a refusal."""
    said = [str(problem) for problems in form.errors.values() for problem in problems]
    refusal = {"code": "invalid", "words": " ".join(dict.fromkeys(said))}
    return _not_done(request, {"refusal": refusal}, status=422)


def _not_done(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    page = "conversations/_refusal.html" if by_script(request) else "conversations/refused.html"
    return render(request, page, context, status=status)
