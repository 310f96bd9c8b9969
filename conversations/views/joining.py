"""Merging, splitting and blocking a contact: each shows first what it will do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from conversations import access, blocking, directory, joining
from conversations.forms.contacts import BlockForm, MergeForm, SplitForm
from conversations.models import Contact
from conversations.refusals import Refusal
from conversations.views.asking import address_of, agent_of
from conversations.views.contacts import contact_of


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose with whom (`q`), look at it (`with`), do it (POST)."""
    found, agent = contact_of(request, pk), agent_of(request)
    form = MergeForm(request.POST if request.method == "POST" else request.GET)
    context: dict[str, object] = {"contact": found, "wanted": directory.Wanted()}
    if not form.is_valid() or form.cleaned_data["other"] is None:
        wanted = directory.Wanted.from_query(request.GET)
        rows = directory.page(agent, wanted).rows if wanted.query else []
        context |= {"wanted": wanted, "rows": [row for row in rows if row.pk != found.pk]}
        return render(request, "conversations/contact_merge.html", context)
    other = get_object_or_404(access.contacts(agent), pk=form.cleaned_data["other"])
    try:
        if request.method == "POST":
            kept = joining.merge(
                found.pk,
                other.pk,
                agent=agent,
                newer_wins=form.newer_wins,
                at=timezone.now(),
                address=address_of(request),
            )
            messages.success(request, gettext("They are one contact now."))
            return redirect("contacts:contact", kept.pk)
        context["preview"] = joining.preview(found, other, agent=agent)
    except joining.SamePerson:
        messages.error(request, gettext("That is the same contact."))
        return redirect("contacts:merge", found.pk)
    except joining.NotWhole:
        messages.error(
            request,
            gettext("One of them has conversations that you do not see. Ask somebody who does."),
        )
        return redirect("contacts:contact", found.pk)
    except Contact.DoesNotExist:
        messages.error(request, gettext("They were merged just now."))
        return redirect("contacts:contacts")
    return render(request, "conversations/contact_merge.html", context)


@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    found, agent = contact_of(request, pk), agent_of(request)
    form = SplitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fresh = joining.split(
                found.pk, agent=agent, at=timezone.now(), address=address_of(request),
                **form.cleaned_data,
            )  # fmt: skip
        except joining.NothingLeft:
            form.add_error(None, gettext("Both need an id: leave one here, and move one."))
        except joining.NotWhole:
            form.add_error(None, gettext("Some of their conversations you do not see."))
        else:
            messages.success(request, gettext("They are two contacts now."))
            return redirect("contacts:contact", fresh.pk)
    context = {"contact": found, "form": form, "identifiers": found.identifiers.order_by("pk")}
    status = 422 if form.errors else 200
    return render(request, "conversations/contact_split.html", context, status=status)


@require_POST
def blocks(request: HttpRequest, pk: int) -> HttpResponse:
    """Block them at the number of one of their conversations, or let them go."""
    found, agent, form = contact_of(request, pk), agent_of(request), BlockForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose a conversation."))
        return redirect("contacts:contact", found.pk)
    mine = access.conversations(agent).filter(contact=found)
    thread = get_object_or_404(mine, pk=form.cleaned_data["conversation"])
    act = blocking.block if form.cleaned_data["act"] == "block" else blocking.unblock
    try:
        act(thread.pk, agent=agent, at=timezone.now(), address=address_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return redirect("contacts:contact", found.pk)
