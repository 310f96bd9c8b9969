"""The settings pages of the queue: labels and custom fields. Managers and administrators keep them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of
from conversations import fields as keeping_fields
from conversations import labelling, reasoning
from conversations.forms.keeping import FieldForm, LabelForm, ReasonsForm
from conversations.models import CustomField, FieldOwner, Label, ResolveReason

MANY = 1000  # uses of a label are counted no further


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def labels(request: AgentRequest) -> HttpResponse:
    form = LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            labelling.create(**form.cleaned_data, by=request.user, address=address_of(request))
            return redirect("queue:labels")
        except labelling.NameTaken:
            form.add_error("name", _("There is a label with this name."))
    rows = Label.objects.filter(workspace_id=request.user.workspace_id)
    context = {"labels": rows, "form": form}
    return render(request, "conversations/labels.html", context, status=422 if form.errors else 200)


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def label(request: AgentRequest, label_id: int) -> HttpResponse:
    row = get_object_or_404(Label, pk=label_id, workspace_id=request.user.workspace_id)
    form = LabelForm(request.POST or None, initial={"name": row.name, "colour": row.colour})
    if request.method == "POST" and form.is_valid():
        try:
            labelling.change(
                row.pk, **form.cleaned_data, by=request.user, address=address_of(request)
            )
            messages.success(request, _("Saved."))
            return redirect("queue:labels")
        except labelling.NameTaken:
            form.add_error("name", _("There is a label with this name."))
    uses = row.conversations.all()[: MANY + 1].count()
    context = {"label": row, "form": form, "uses": min(uses, MANY), "more": uses > MANY}
    return render(
        request, "conversations/label_one.html", context, status=422 if form.errors else 200
    )


@role(ADMINISTRATOR, MANAGER)
@require_POST
def label_end(request: AgentRequest, label_id: int) -> HttpResponse:
    row = get_object_or_404(Label, pk=label_id, workspace_id=request.user.workspace_id)
    labelling.delete(row.pk, by=request.user, address=address_of(request))
    messages.success(request, _("The label is deleted."))
    return redirect("queue:labels")


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def reasons(request: AgentRequest) -> HttpResponse:
    """Why conversations are resolved, and when a morning begins."""
    workspace = request.user.workspace
    rows = ResolveReason.objects.filter(workspace=workspace)
    initial = {
        "names": "\n".join(row.name for row in rows),
        "reasons": workspace.reasons,
        "morning": workspace.morning,
    }
    form = ReasonsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        reasoning.keep(**form.cleaned_data, by=request.user, address=address_of(request))
        messages.success(request, _("Saved."))
        return redirect("queue:reasons")
    return render(
        request, "conversations/reasons.html", {"form": form}, status=422 if form.errors else 200
    )


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def fields(request: AgentRequest) -> HttpResponse:
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping_fields.define(**form.cleaned_data, by=request.user, address=address_of(request))
            return redirect("queue:fields")
        except keeping_fields.NameTaken:
            form.add_error("name", _("There is a field with this name."))
        except keeping_fields.TooMany:
            form.add_error(None, _("That would be more than 60 fields."))
    rows = CustomField.objects.filter(workspace_id=request.user.workspace_id)
    every = list(rows.annotate(uses=Count("values")))
    groups = [
        (FieldOwner.CONTACT.label, [row for row in every if row.of == FieldOwner.CONTACT]),
        (FieldOwner.CONVERSATION.label, [row for row in every if row.of != FieldOwner.CONTACT]),
    ]
    context = {"groups": [group for group in groups if group[1]], "form": form}
    return render(request, "conversations/fields.html", context, status=422 if form.errors else 200)


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def field(request: AgentRequest, field_id: int) -> HttpResponse:
    row = get_object_or_404(CustomField, pk=field_id, workspace_id=request.user.workspace_id)
    initial = {"name": row.name, "kind": row.kind, "of": row.of, "choices": "\n".join(row.choices)}
    form = FieldForm(request.POST or None, initial=initial, known=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            keeping_fields.change(
                row.pk,
                name=said["name"],
                choices=said["choices"],
                by=request.user,
                address=address_of(request),
            )
            messages.success(request, _("Saved."))
            return redirect("queue:fields")
        except keeping_fields.NameTaken:
            form.add_error("name", _("There is a field with this name."))
    context = {"field": row, "form": form, "uses": row.values.count()}
    return render(
        request, "conversations/field_one.html", context, status=422 if form.errors else 200
    )


@role(ADMINISTRATOR, MANAGER)
@require_POST
def field_place(request: AgentRequest, field_id: int) -> HttpResponse:
    row = get_object_or_404(CustomField, pk=field_id, workspace_id=request.user.workspace_id)
    step = -1 if request.POST.get("step") == "up" else 1
    keeping_fields.move(row.pk, step=step, by=request.user)
    return redirect("queue:fields")


@role(ADMINISTRATOR, MANAGER)
@require_POST
def field_end(request: AgentRequest, field_id: int) -> HttpResponse:
    row = get_object_or_404(CustomField, pk=field_id, workspace_id=request.user.workspace_id)
    keeping_fields.delete(row.pk, by=request.user, address=address_of(request))
    messages.success(request, _("The field is deleted."))
    return redirect("queue:fields")
