"""The pages of the ledger: its lines, the explanation of one, what has no amount yet, and the whole as a file."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from billing import beside_meta, exports, reading
from billing.access import ADMINISTRATOR, FINANCE
from billing.explaining import explain
from billing.forms import LedgerForm
from billing.models import LedgerEntry
from billing.models.ledger import Cause
from conversations import access
from conversations.streaming import InPieces


def _form(request: AgentRequest) -> LedgerForm:
    workspace = request.user.workspace
    today = reading.today_of(workspace, timezone.now())
    first = {"month": f"{today:%Y-%m}"}
    return LedgerForm(first | request.GET.dict(), workspace=workspace, today=today)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def ledger(request: AgentRequest) -> HttpResponse:
    form = _form(request)
    filters = form.filters
    found = reading.lines(filters, before=_before(request.GET.get("before", "")))
    shown = found[: reading.PAGE]
    older = ""
    if len(found) > reading.PAGE:
        last = f"{shown[-1].opened_at.isoformat()}|{shown[-1].pk}"
        older = urlencode(request.GET.dict() | {"before": last})
    context = {
        "form": form,
        "lines": shown,
        "older": older,
        "sums": reading.sums(filters),
        "query": urlencode({k: v for k, v in request.GET.dict().items() if k != "before" and v}),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "billing/ledger.html", context)


def _before(text: str) -> tuple[datetime, int] | None:
    """Where the page above ended. One that was made up shows the first page."""
    at, _bar, pk = text.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if timezone.is_naive(moment) or not pk.isdecimal() or len(pk) > 18:
        return None
    return moment, int(pk)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def ledger_csv(request: AgentRequest) -> InPieces:
    filters = _form(request).filters
    name = f"ledger-{filters.month:%Y-%m}.csv" if filters.month else "ledger.csv"
    return InPieces(
        exports.csv_lines(filters),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@role(FINANCE, ADMINISTRATOR)
@require_safe
def entry(request: AgentRequest, pk: int) -> HttpResponse:
    rows = LedgerEntry.objects.filter(workspace_id=request.user.workspace_id)
    line = get_object_or_404(rows.select_related("account", "number", "party"), pk=pk)
    thread = line.party.conversation_id if line.party else 0
    seen = access.conversations(request.user).filter(pk=thread).exists()
    history = reading.history(line)
    is_accepted = line.cause == Cause.ACCEPTED
    context = {
        "entry": line,
        "why": explain(line),
        "wamid": beside_meta.wamids_of(line.workspace_id, [line]).get(line.key, ""),
        "history": history,
        "thread": thread if seen else None,
        "may_be_taken_back": is_accepted and len(history) == 1,
    }
    return render(request, "billing/entry.html", context)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def problems(request: AgentRequest) -> HttpResponse:
    workspace = request.user.workspace
    accounts = BusinessAccount.objects.filter(workspace=workspace).in_bulk()
    rows = [(one, accounts[one.account_id]) for one in reading.problems(workspace.pk)]
    return render(request, "billing/problems.html", {"rows": rows})
