"""The pages that lay our ledger beside Meta: a month by day and by message, a difference with what is behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from billing import accepting, asking_meta, beside_meta, reading, tasks
from billing.access import ADMINISTRATOR, FINANCE
from billing.comparing import Difference
from billing.figures import Bucket
from billing.forms import AcceptForm, AskForm, BucketForm, LedgerForm
from billing.models import LedgerEntry
from billing.reconciling import SHOWN, reconcile

WORDS: dict[Difference, Promise | str] = {
    Difference.META_CHARGES: gettext_lazy("Meta charges what we have as free"),
    Difference.META_FREE: gettext_lazy("Meta gives free what we charge"),
    Difference.CATEGORY: gettext_lazy("Meta counts it in another category"),
}
PAUSE = 60  # seconds before Meta is asked about the same month again


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
        "account": filters.account,
        "report": beside_meta.report(workspace.pk, month=month, account=filters.account),
        "found": found,
        "rows": [(row, WORDS[row.difference]) for row in found.rows],
        "counts": [(WORDS[kind], n) for kind, n in found.counts.items()],
        "shown": SHOWN,
    }
    return render(request, "billing/reconciliation.html", context)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def ask(request: AgentRequest) -> HttpResponse:
    """Ask Meta about a whole month now. Pressed again at once, it waits for the first answer."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    month, now = form.cleaned_data["month"], timezone.now()
    for account in BusinessAccount.objects.filter(workspace_id=request.user.workspace_id):
        days = [day.isoformat() for day in asking_meta.of_month(account, month, at=now)]
        if days and cache.add(f"ask-meta:{account.pk}:{month:%Y-%m}", True, PAUSE):
            tasks.ask_meta.delay(account.pk, days=days)
    messages.success(request, _("Meta is being asked. Reload this page in a minute."))
    return _back(month)


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: AgentRequest) -> HttpResponse:
    """One difference down to the messages; POST accepts it as an adjustment."""
    asked = BucketForm(request.GET)
    if not asked.is_valid():
        messages.error(request, _("Open a difference from the table: this address names none."))
        return redirect("billing:reconciliation")
    account = mine(BusinessAccount.objects.all(), request, asked.cleaned_data["account"])
    bucket: Bucket = asked.bucket
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _accepted(request, account, bucket, form.cleaned_data["why"])
    found = beside_meta.difference(account, bucket)
    context: dict[str, Any] = {
        "account": account,
        "bucket": bucket,
        "difference": found,
        "suspects": beside_meta.suspects(found),
        "form": form,
        "query": request.GET.urlencode(),
        "month": bucket.day.replace(day=1),
        "shown": beside_meta.SHOWN,
    }
    status = 422 if form.errors else 200
    return render(request, "billing/difference.html", context, status=status)


def _accepted(
    request: AgentRequest, account: BusinessAccount, bucket: Bucket, why: str
) -> HttpResponse:
    try:
        line = accepting.accept(
            account,
            bucket,
            why=why,
            by=request.user,
            at=timezone.now(),
            address=address_of(request),
        )
    except accepting.Settled:
        messages.error(request, _("There is no difference any more."))
    except accepting.NoCost:
        messages.error(
            request,
            _("There is no amount to book: Meta hides its cost, or an exchange rate is missing."),
        )
    else:
        messages.success(request, _("Accepted. It is on the next invoice as an adjustment."))
        return redirect("billing:entry", line.pk)
    return _back(bucket.day)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def acceptance_removal(request: AgentRequest, pk: int) -> HttpResponse:
    line = mine(LedgerEntry.objects.all(), request, pk)
    try:
        accepting.take_back(line.pk, by=request.user, address=address_of(request))
    except accepting.NotAccepted:
        messages.error(request, _("There is nothing to take back."))
    else:
        messages.success(request, _("Taken back by a new line."))
    return redirect("billing:entry", line.pk)


def _back(month: Any) -> HttpResponse:
    response = redirect("billing:reconciliation")
    response["Location"] += f"?month={month:%Y-%m}"
    return response
