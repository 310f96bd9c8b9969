"""Erasing a person: what goes and what stays, a typed word, then how far it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.rights import role
from conversations import erasing, tasks
from conversations.models import Job, JobKind
from conversations.views.asking import address_of, agent_of
from conversations.views.contacts import contact_of
from events.committing import afterwards


@role(Role.MANAGER.value, Role.ADMINISTRATOR.value)
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    found, agent = contact_of(request, pk), agent_of(request)
    word = pgettext("typed to confirm", "ERASE")
    typed = request.POST.get("word", "").strip()
    if request.method == "POST" and typed.casefold() == word.casefold():
        job = erasing.ask(found.pk, agent=agent, address=address_of(request))
        afterwards(tasks.run_job.delay, job.pk)
        return redirect("contacts:erasure", found.pk)
    asked = Job.objects.filter(
        workspace_id=found.workspace_id, kind=JobKind.ERASE, request__contact=found.pk
    )
    context: dict[str, Any] = {
        "contact": found,
        "job": asked.order_by("-pk").first(),
        "word": word,
        "is_wrong": request.method == "POST",
    }
    if "part" in request.GET:
        return render(request, "conversations/_erasure.html", context)
    context["preview"] = erasing.preview(found)
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/contact_erase.html", context, status=status)
