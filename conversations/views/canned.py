"""Quick replies: in the composer, and the page of the settings where they are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import SEES_EVERY_CONVERSATION, Agent, Team
from conversations import canned
from conversations.forms.writing import CannedForm
from conversations.models import CannedReply
from conversations.refusals import MediaRefused
from conversations.views.asking import agent_of, conversation_of
from whatsapp import file_names

OFFERED = 500  # replies that one composer holds


@require_GET
def offered(request: HttpRequest, pk: int) -> JsonResponse:
    """All that this agent may use here, with the variables filled in; those used most come first."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    values = canned.values_for(conversation, agent)
    found = canned.visible_to(agent).order_by("-used_count", "shortcode")[:OFFERED]
    replies = [
        {
            "id": row.pk,
            "code": row.shortcode,
            "text": canned.filled(row.text, values),
            "used": row.used_count,
            "buttons": row.buttons,
            "file": _file_facts(row),
        }
        for row in found
    ]
    return JsonResponse({"replies": replies})


def _file_facts(row: CannedReply) -> dict[str, str] | None:
    if not row.file:
        return None
    url = reverse("canned:reply_file", args=[row.pk])
    return {"url": url, "name": row.file_name, "type": row.file_type}


@require_GET
def reply_file(request: HttpRequest, reply_id: int) -> FileResponse:
    """The file of a reply, as a download whatever it is; the composer takes it from here."""
    row = get_object_or_404(canned.visible_to(agent_of(request)).exclude(file=""), pk=reply_id)
    try:
        stream = row.file.open("rb")
    except OSError:  # the disk lost it
        raise Http404 from None
    answer = FileResponse(
        stream,
        as_attachment=True,
        filename=file_names.taken(row.file_name),
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = CannedForm(request.POST or None, request.FILES or None, teams=_teams(agent))
    if request.method == "POST" and form.is_valid() and _saved(form, CannedReply(), agent):
        messages.success(request, gettext("Saved."))
        return redirect("canned:replies")
    form.fields.pop("drops_file", None)
    rows = canned.visible_to(agent).select_related("team", "owner")
    context = {"replies": rows, "form": form, **_frame(agent)}
    return render(request, "conversations/canned.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, reply_id: int) -> HttpResponse:
    agent = agent_of(request)
    row = get_object_or_404(canned.visible_to(agent), pk=reply_id)
    is_changed_here = canned.may_change(agent, row)
    if request.method == "POST" and not is_changed_here:
        raise PermissionDenied
    scope = "mine" if row.owner_id else f"team-{row.team_id}" if row.team_id else "all"
    initial = {"shortcode": row.shortcode, "text": row.text, "scope": scope}
    initial |= {f"button_{n}": title for n, title in enumerate(row.buttons, 1)}
    form = CannedForm(
        request.POST or None, request.FILES or None, teams=_teams(agent), initial=initial
    )
    if not row.file:
        del form.fields["drops_file"]
    if request.method == "POST" and form.is_valid() and _saved(form, row, agent):
        messages.success(request, gettext("Saved."))
        return redirect("canned:replies")
    context = {"reply": row, "form": form, "may_change": is_changed_here, **_frame(agent)}
    return render(
        request, "conversations/canned_one.html", context, status=422 if form.errors else 200
    )


@require_POST
def reply_end(request: HttpRequest, reply_id: int) -> HttpResponse:
    agent = agent_of(request)
    row = get_object_or_404(canned.visible_to(agent), pk=reply_id)
    try:
        canned.delete(row, agent=agent)
    except canned.NotYours:
        raise PermissionDenied from None
    messages.success(request, gettext("The reply is deleted."))
    return redirect("canned:replies")


def _teams(agent: Agent) -> list[Team] | None:
    """With whom the agent may share; None: with nobody."""
    if agent.role not in SEES_EVERY_CONVERSATION:
        return None
    return list(Team.objects.filter(workspace_id=agent.workspace_id))


def _frame(agent: Agent) -> dict[str, Any]:
    variables = [f"{{{{{name}}}}}" for name in canned.KNOWN]
    return {"variables": variables, "shares": agent.role in SEES_EVERY_CONVERSATION}


def _saved(form: CannedForm, row: CannedReply, agent: Agent) -> bool:
    said = form.cleaned_data
    try:
        canned.save(
            row,
            agent=agent,
            shortcode=said["shortcode"],
            text=said["text"],
            team=form.team,
            is_own=said["scope"] == "mine",
            buttons=form.buttons,
            file=said.get("file"),
            keeps_file=not said.get("drops_file") and not form.buttons,
        )
    except MediaRefused as refusal:
        form.add_error("file", refusal.words)
        return False
    except canned.ShortcodeTaken:
        form.add_error("shortcode", gettext("There is a reply with this shortcode."))
        return False
    return True
