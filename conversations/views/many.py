"""Many conversations at once: ask, follow, stop, undo, and the result row by row. Everybody sees their own alone."""

from __future__ import annotations

import tempfile
import uuid
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from celery import current_app
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Agent, Team
from conversations import access, composing, jobs, many, many_counts, tables
from conversations.forms.many import ManyForm, PickForm
from conversations.models import BulkRow, Job, JobKind, Label, Priority
from conversations.refusals import Refusal
from conversations.views.asking import address_of, agent_of, by_script, invalid, refused
from conversations.views.snoozing import moment_of, presets
from events.committing import afterwards
from templates_app.models import Template

SHOWN_FOR: Final = timedelta(minutes=3)  # after its end
QUOTED: Final = 400  # recipients whose cost one request may ask for
RUN: Final = "waba_inbox.tasks.run_bulk"  # it stands above us, so it is called by its name


@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """GET: the cards of what was asked for lately. POST: ask for an act on what is selected."""
    agent = agent_of(request)
    if request.method == "GET":
        found = many.of(agent, since=timezone.now() - SHOWN_FOR)
        cards = [_shown(job, agent) for job in found]
        return render(request, "conversations/_bulk_jobs.html", {"cards": cards})
    form = ManyForm(request.POST, agent=agent)
    if not form.is_valid():
        return invalid(request, form)
    what = dict(form.what)
    try:
        if form.cleaned_data["act"] == "snooze":
            until = moment_of(form.cleaned_data, morning=agent.workspace.morning)
            what = {"until": until.isoformat() if until else None}
    except Refusal as refusal:
        return refused(request, refusal)
    job = many.ask(
        form.chosen,
        agent=agent,
        act=form.cleaned_data["act"],
        what=what,
        title=form.title,
        address=address_of(request),
    )
    return _begun(request, job)


def _begun(request: HttpRequest, job: Job) -> HttpResponse:
    afterwards(current_app.send_task, RUN, (job.pk,))
    return _card(request, job)


def _card(request: HttpRequest, job: Job) -> HttpResponse:
    if not by_script(request):
        return redirect("conversations:inbox")
    return render(request, "conversations/_bulk_job.html", _shown(job, agent_of(request)))


def _shown(job: Job, agent: Agent) -> dict[str, Any]:
    return {"job": job, "may_read": many.may_read(job, agent)}


def _job(request: HttpRequest, pk: uuid.UUID) -> Job:
    return get_object_or_404(jobs.of(agent_of(request), JobKind.BULK), key=pk)


@require_GET
def bulk_job(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    card = _shown(_job(request, job), agent_of(request))
    return render(request, "conversations/_bulk_job.html", card)


@require_POST
def bulk_stop(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    found = _job(request, job)
    jobs.stop(found.pk)
    found.refresh_from_db()
    return _card(request, found)


@require_POST
def bulk_undo(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    try:
        back = many.undo(_job(request, job), agent=agent_of(request), address=address_of(request))
    except many.CannotUndo:
        return _card(request, _job(request, job))
    return _begun(request, back)


@require_GET
def bulk_result(request: HttpRequest, job: uuid.UUID) -> HttpResponseBase:
    """A row for each conversation: what came of it, and if nothing why; who it was, where the agent still sees it."""
    found, agent = _job(request, job), agent_of(request)
    if not many.may_read(found, agent):
        raise Http404
    file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  the answer closes it
    seen = Exists(access.conversations(agent).filter(pk=OuterRef("conversation_id")))
    rows = BulkRow.objects.filter(job=found).annotate(is_seen=seen)
    rows = rows.select_related("conversation__contact")
    with tables.opened("csv", file) as table:
        head = [gettext("Conversation"), gettext("Contact"), gettext("Phone")]
        table.add([*head, gettext("Result"), gettext("Why")])
        for row in rows.order_by("conversation_id").iterator(chunk_size=1000):
            contact = row.conversation.contact
            state = row.get_state_display()
            table.add(
                [
                    row.conversation_id,
                    contact.shown_name if row.is_seen else "",
                    contact.shown_phone.lstrip("+") if row.is_seen else "",
                    state,
                    row.words,
                ]
            )
    file.seek(0)
    response = FileResponse(file, content_type="text/csv; charset=utf-8")
    name = f"{found.title[:60]}-{timezone.localtime():%Y-%m-%d-%H-%M}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def bulk_menus(request: HttpRequest) -> HttpResponse:
    """What the bar's menus offer: colleagues, teams, labels, moments, priorities."""
    agent = agent_of(request)
    here = {"workspace_id": agent.workspace_id}
    people = Agent.objects.working(agent.workspace_id)
    moments = presets(timezone.localtime(), morning=agent.workspace.morning)
    context = {
        "agents": people.exclude(pk=agent.pk).order_by("name"),
        "teams": Team.objects.filter(**here),
        "labels": Label.objects.filter(**here),
        "moments": [one for one in moments if one["name"] != "pending"],
        "priorities": Priority.choices,
    }
    return render(request, "conversations/_bulk_menus.html", context)


@require_POST
def bulk_count(request: HttpRequest) -> HttpResponse:
    """How many a view holds, to the last one: what “all of them” means is said before it is done."""
    form = PickForm(request.POST, agent=agent_of(request))
    if not form.is_valid():
        return invalid(request, form)
    return JsonResponse({"count": form.chosen.order_by().count()})


@require_POST
def bulk_message(request: HttpRequest) -> HttpResponse:
    """The dialog: which template, how many get it and who not, and what it would cost."""
    agent = agent_of(request)
    form = PickForm(request.POST, agent=agent)
    if not form.is_valid():
        return invalid(request, form)
    accounts = many_counts.accounts_of(form.chosen)
    words, wanted = (
        request.POST.get("q", "")[:200].replace("\0", ""),
        request.POST.get("template", ""),
    )
    chosen = None
    if wanted.isdecimal() and len(wanted) < 10:
        chosen = composing.for_all_of_them(agent, accounts, template_id=int(wanted))
    context: dict[str, Any] = {
        "shelf": composing.for_many(agent, accounts, words=words),
        "words": words,
        "choice": chosen,
    }
    if chosen:
        audience = many_counts.audience(form.chosen, chosen.template)
        context |= {"audience": audience, "quotes": _quotes(audience, chosen.template)}
    return render(request, "conversations/_bulk_message.html", context)


def _quotes(audience: many_counts.Audience, template: Template) -> list[str]:
    """Where billing says what it costs, number by number; none if there are too many to ask."""
    if audience.fits > QUOTED:
        return []
    asked = {"kind": "template", "template": template.pk}
    url = reverse("billing:quote")
    return [
        f"{url}?{urlencode({**asked, 'conversation': ids}, doseq=True)}"
        for ids in audience.by_number()
    ]
