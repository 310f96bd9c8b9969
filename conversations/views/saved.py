"""Saved views: made, changed, put in order, duplicated and deleted beside the list."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rights import AgentRequest
from accounts.views._common import address_of
from conversations import filters, viewing
from conversations.forms.keeping import ViewForm
from conversations.models import SavedView
from conversations.views import lists
from conversations.views.asking import agent_of


@require_http_methods(["GET", "POST"])
def views(request: AgentRequest) -> HttpResponse:
    """GET: the bar of views with their counts. POST: keep what the list is asked for now under a name."""
    if request.method == "GET":
        return render(request, "conversations/_views.html", lists.views_context(request))
    agent, form = agent_of(request), ViewForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, form)
    try:
        view = viewing.create(
            **form.said, is_shared=form.is_shared, agent=agent, address=address_of(request)
        )
    except viewing.TooMany:
        messages.error(request, gettext("That would be more than 30 views. Delete one first."))
        return redirect("conversations:inbox")
    return _to(view)


@require_POST
def view(request: AgentRequest, view_id: int) -> HttpResponse:
    """Another name, emoji, filter or order."""
    row, form = _one(request, view_id), ViewForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, form)
    try:
        row = viewing.change(
            row.pk, **form.said, agent=agent_of(request), address=address_of(request)
        )
    except viewing.NotYours:
        raise PermissionDenied from None
    messages.success(request, gettext("Saved."))
    return _to(row)


@require_POST
def view_copy(request: AgentRequest, view_id: int) -> HttpResponse:
    """The same once more, as one's own."""
    row, agent = _one(request, view_id), agent_of(request)
    name = gettext("%(name)s, copy") % {"name": row.name}
    try:
        made = viewing.create(
            name=name[:40],
            emoji=row.emoji,
            rules=filters.read(row.rules or {"all": []}),
            sort=row.sort,
            is_shared=False,
            agent=agent,
        )
    except viewing.TooMany:
        messages.error(request, gettext("That would be more than 30 views. Delete one first."))
        return _to(row)
    return _to(made)


@require_POST
def view_place(request: AgentRequest, view_id: int) -> HttpResponse:
    row = _one(request, view_id)
    step = -1 if request.POST.get("step") == "up" else 1
    try:
        viewing.move(row.pk, step=step, agent=agent_of(request))
    except viewing.NotYours:
        raise PermissionDenied from None
    return _to(row)


@require_POST
def view_end(request: AgentRequest, view_id: int) -> HttpResponse:
    row = _one(request, view_id)
    try:
        viewing.delete(row.pk, agent=agent_of(request), address=address_of(request))
    except viewing.NotYours:
        raise PermissionDenied from None
    messages.success(request, gettext("The view is deleted."))
    return redirect("conversations:inbox")


def _one(request: HttpRequest, view_id: int) -> SavedView:
    return get_object_or_404(viewing.visible_to(agent_of(request)), pk=view_id)


def _to(view: SavedView) -> HttpResponse:
    return redirect(f"{reverse('conversations:inbox')}?view={view.pk}")


def _not_saved(request: HttpRequest, form: ViewForm) -> HttpResponse:
    said = [str(problem) for problems in form.errors.values() for problem in problems]
    messages.error(request, " ".join(dict.fromkeys(said)))
    return redirect("conversations:inbox")
