"""What became of a template's messages: a piece that the template's page asks for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Role
from accounts.rights import AgentRequest, role
from conversations import template_results
from templates_app import figures
from templates_app.models import Template

WORDS = {
    "delivered": pgettext_lazy("messages", "delivered"),
    "read": pgettext_lazy("messages", "read"),
    "replied": _("answered within 3 days"),
    "clicked": _("tapped a button"),
    "failed": pgettext_lazy("messages", "failed"),
}


@role(Role.MANAGER.value, Role.ADMINISTRATOR.value)
@require_GET
def template_results_of(request: AgentRequest, template_id: int) -> HttpResponse:
    rows = Template.objects.filter(account__workspace_id=request.user.workspace_id)
    template = get_object_or_404(rows, pk=template_id)
    context = {
        "template": template,
        "results": template_results.of(template, at=timezone.now()),
        "words": WORDS,
        "days": template_results.DAYS,
    }
    return render(request, "conversations/_template_results.html", context)


@role(Role.MANAGER.value, Role.ADMINISTRATOR.value)
@require_GET
def template_beside(request: AgentRequest, template_id: int) -> HttpResponse:
    """Meta's figures beside ours. Meta is asked if it was not within the hour."""
    rows = Template.objects.select_related("account__app")
    template = get_object_or_404(
        rows, pk=template_id, account__workspace_id=request.user.workspace_id
    )
    at = timezone.now()
    problem = figures.refresh(template, at=at) if template.meta_id else ""
    context = {
        "template": template,
        "problem": problem,
        "days": template_results.beside(template, at=at),
    }
    return render(request, "conversations/_template_beside.html", context)
