"""The audit log."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.acts import ACTS
from accounts.forms import AuditForm
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR


@role(ADMINISTRATOR)
@require_safe
def log(request: AgentRequest) -> HttpResponse:
    form = AuditForm(request.GET, workspace=request.user.workspace)
    chosen = (
        {name: value for name, value in form.cleaned_data.items() if value}
        if form.is_valid()
        else {}
    )
    found = list(audit.entries(request.user.workspace, **chosen))
    shown = found[: audit.PAGE]
    older = ""
    if len(found) > audit.PAGE:
        older = urlencode(request.GET.dict() | {"before": shown[-1].pk})
    context = {
        "form": form,
        "rows": [(entry, ACTS.get(entry.act, entry.act)) for entry in shown],
        "older": older,
        "is_filtered": bool(chosen),
    }
    return render(request, "accounts/log.html", context)
