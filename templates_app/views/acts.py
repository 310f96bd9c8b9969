"""What a manager does with a template that Meta knows: correct it, copy it, delete it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.rights import AgentRequest, role
from templates_app import drafting, figures, forms, looks, picking, submission, usage
from templates_app.content import NotEditable
from templates_app.models import HIDEABLE, TemplateState
from templates_app.views._common import WRITERS, address_of, my_template, reader
from whatsapp.failures import GraphFailure


@role(*WRITERS)
@require_POST
def correct(request: AgentRequest, pk: int) -> HttpResponse:
    """A draft that will take the template's place once Meta has taken it."""
    template = my_template(request, pk)
    try:
        draft = drafting.correct(template.pk, author=request.user)
    except NotEditable as parts:
        return _cannot(request, pk, parts)
    return redirect("templates_app:draft", draft.pk)


@role(*WRITERS)
@require_POST
def drift(request: AgentRequest, pk: int) -> HttpResponse:
    """Meta has other words or another category than ours: they are taken over, or a draft says our words again."""
    template = my_template(request, pk)
    if request.POST.get("take") == "category":
        drafting.take_category(pk, by=request.user, at=timezone.now(), address=address_of(request))
        messages.success(request, _("Meta’s category is ours now."))
        return redirect("templates_app:template", pk)
    if request.POST.get("take") == "theirs":
        drafting.take_theirs(pk, by=request.user, at=timezone.now(), address=address_of(request))
        messages.success(request, _("Meta’s words are ours now."))
        return redirect("templates_app:template", pk)
    try:
        made = drafting.restore(template.pk, author=request.user)
    except NotEditable as parts:
        return _cannot(request, pk, parts)
    return redirect("templates_app:draft", made.pk)


@role(*WRITERS)
@require_POST
def copy(request: AgentRequest, pk: int) -> HttpResponse:
    try:
        draft = drafting.copy(my_template(request, pk), author=request.user)
    except NotEditable as parts:
        return _cannot(request, pk, parts)
    return redirect("templates_app:draft", draft.pk)


@role(*WRITERS)
@require_POST
def draw(request: AgentRequest, pk: int) -> HttpResponse:
    """From where its variables are filled in when somebody picks it. Meta is not asked: it knows nothing of that."""
    template = my_template(request, pk)
    template.sources = forms.drawn(request.POST)
    template.save(update_fields=["sources"])
    audit.record(request.user, "template.sources", template.name, address_of(request))
    messages.success(request, _("Saved. The variables are filled in from there."))
    return redirect("templates_app:template", pk)


def _cannot(request: AgentRequest, pk: int, parts: NotEditable) -> HttpResponse:
    said = _("The editor does not know these parts yet: {parts}. Change it in WhatsApp Manager.")
    messages.error(request, said.format(parts=parts))
    return redirect("templates_app:template", pk)


@role(*WRITERS)
@require_POST
def unpause(request: AgentRequest, pk: int) -> HttpResponse:
    """End a pause that does not end by itself."""
    template = my_template(request, pk)
    try:
        submission.unpause(template, by=request.user)
    except GraphFailure as failure:
        words = failure.words(get_language() or "en")
        messages.error(request, words.what if words else failure.reason)
    else:
        audit.record(request.user, "template.unpaused", template.name, address_of(request))
        messages.success(request, _("Meta was asked to end the pause."))
    return redirect("templates_app:template", pk)


@require_POST
def star(request: AgentRequest, pk: int) -> HttpResponse:
    """My favourite, or not any more."""
    agent = reader(request)
    picking.star(my_template(request, pk), agent=agent, is_favourite=bool(request.POST.get("on")))
    return HttpResponse(status=204)


@role(*WRITERS)
@require_POST
def hide(request: AgentRequest, pk: int) -> HttpResponse:
    """From which roles its name is hidden where templates are chosen."""
    template = my_template(request, pk)
    roles = [one.value for one in HIDEABLE if one.value in request.POST.getlist("role")]
    picking.hide(template, roles=roles, by=request.user, address=address_of(request))
    messages.success(request, _("It is saved who chooses it, for all its languages."))
    return redirect("templates_app:template", pk)


@role(*WRITERS)
@require_POST
def insights(request: AgentRequest, pk: int) -> HttpResponse:
    """Let Meta count for us too; it stays so."""
    template = my_template(request, pk)
    try:
        figures.switch_on(template.account)
    except GraphFailure as failure:
        words = failure.words(get_language() or "en")
        messages.error(request, words.what if words else failure.reason)
    else:
        name = template.account.name
        audit.record(request.user, "template.insights_on", name, address_of(request))
        messages.success(request, _("Meta counts from now on; figures come within a day."))
    return redirect("templates_app:template", pk)


@role(*WRITERS)
@require_POST
def appeal(request: AgentRequest, pk: int) -> HttpResponse:
    """Note that somebody appealed in WhatsApp Manager: Meta has no call for it."""
    template = my_template(request, pk)
    drafting.note_appeal(
        template.pk, by=request.user, at=timezone.now(), address=address_of(request)
    )
    return redirect("templates_app:template", pk)


@role(*WRITERS)
@require_http_methods(["GET", "POST"])
def delete(request: AgentRequest, pk: int) -> HttpResponse:
    """First what it means, then the deed."""
    template = my_template(request, pk)
    if request.method == "GET":
        context = {
            "template": template,
            "preview": looks.of_template(template),
            "uses": usage.of(template),
            "blocks_name": template.status == TemplateState.APPROVED,
            "cannot": template.status in (TemplateState.DISABLED, TemplateState.DELETED),
        }
        return render(request, "templates_app/delete.html", context)
    try:
        submission.delete(template)
    except GraphFailure as failure:
        words = failure.words(get_language() or "en")
        messages.error(request, words.what if words else failure.reason)
        return redirect("templates_app:template", pk)
    audit.record(
        request.user,
        "template.deleted",
        template.name,
        address_of(request),
        language=template.language,
    )
    messages.success(request, _("The template is deleted at Meta."))
    return redirect("templates_app:template", pk)
