"""The page that lays our ledger beside Meta's own words."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.rights import AgentRequest, role
from billing import reading
from billing.access import ADMINISTRATOR, FINANCE
from billing.comparing import Difference
from billing.forms import LedgerForm
from billing.reconciling import SHOWN, reconcile

WORDS: dict[Difference, Promise | str] = {
    Difference.META_CHARGES: _("Meta charges what we have as free"),
    Difference.META_FREE: _("Meta gives free what we charge"),
    Difference.CATEGORY: _("Meta counts it in another category"),
}


@role(FINANCE, ADMINISTRATOR)
@require_safe
def reconciliation(request: AgentRequest) -> HttpResponse:
    """A month; the form is the ledger's own, of which month and account are used."""
    workspace = request.user.workspace
    today = reading.today_of(workspace, timezone.now())
    form = LedgerForm(
        {"month": f"{today:%Y-%m}"} | request.GET.dict(), workspace=workspace, today=today
    )
    filters = form.filters
    month = filters.month or today.replace(day=1)
    found = reconcile(workspace.pk, month=month, account=filters.account)
    context = {
        "form": form,
        "month": month,
        "found": found,
        "rows": [(row, WORDS[row.difference]) for row in found.rows],
        "counts": [(WORDS[kind], n) for kind, n in found.counts.items()],
        "shown": SHOWN,
    }
    return render(request, "billing/reconciliation.html", context)
