"""Exports: my own, asked for, followed, fetched. Nobody else's."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Agent
from conversations import exporting, jobs, tasks
from conversations.models import JobKind
from conversations.views.asking import address_of, agent_of
from events.committing import afterwards

SHOWN = 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportForm(forms.Form):
    subject = forms.ChoiceField(
        choices=[("conversations", _("Conversations")), ("messages", _("Messages"))]
    )
    kind = forms.ChoiceField(choices=[("xlsx", "XLSX"), ("csv", "CSV")])
    query = forms.CharField(required=False, max_length=4000)


@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """The page takes the list's own query: what is exported is what that view shows."""
    agent = agent_of(request)
    if request.method == "POST":
        form = ExportForm(request.POST)
        if form.is_valid():
            job = exporting.ask(agent=agent, address=address_of(request), **form.cleaned_data)
            afterwards(tasks.run_job.delay, job.pk)
        else:
            messages.error(request, gettext("Choose what to export, and as which file."))
        return redirect("exports:exports")
    query = request.GET.urlencode() or "tab=all&status=any"
    context = {
        "query": query,
        "count": exporting.found(agent, query).order_by().count(),
        **_mine(agent),
    }
    return render(request, "conversations/exports.html", context)


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/_exports.html", _mine(agent_of(request)))


def _mine(agent: Agent) -> dict[str, Any]:
    found = list(jobs.of(agent, JobKind.EXPORT)[:SHOWN])
    is_busy = any(not job.is_over for job in found)
    now = timezone.now()
    fetchable = {job.pk for job in found if exporting.has_file(job, agent, at=now)}
    return {"jobs": found, "is_busy": is_busy, "now": now, "fetchable": fetchable}


@require_POST
def stop(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(jobs.of(agent_of(request), JobKind.EXPORT), key=key)
    jobs.stop(job.pk)
    return redirect("exports:exports")


@require_GET
def file(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """For the one who asked, until the link runs out or their rights are other ones."""
    agent = agent_of(request)
    job = get_object_or_404(jobs.of(agent, JobKind.EXPORT), key=key)
    if not exporting.has_file(job, agent, at=timezone.now()):
        raise Http404
    response = FileResponse(job.file.open("rb"), content_type=TYPES[job.request["kind"]])
    response["Content-Disposition"] = content_disposition_header(True, job.filename) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
