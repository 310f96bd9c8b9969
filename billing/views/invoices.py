"""The pages of invoices: the list, one of them with its files, who sells and buys."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rights import AgentRequest, role
from accounts.views._common import address_of
from billing import exports, reading
from billing.access import ADMINISTRATOR, FINANCE
from billing.invoice_forms import CreditForm, DraftForm, PaidForm, PartiesForm
from billing.invoices import drafting, issuing, mailing, naming, sheets
from billing.invoices.pdf import pdf as pdf_of
from billing.models import Invoice, Parties
from billing.reading import Filters
from conversations.streaming import InPieces

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 200


def _mine(request: AgentRequest, invoice_id: int) -> Invoice:
    rows = Invoice.objects.select_related(
        "account", "corrects", "workspace", "reviewed_by", "issued_by"
    )
    return get_object_or_404(rows, pk=invoice_id, workspace_id=request.user.workspace_id)


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def invoices(request: AgentRequest) -> HttpResponse:
    """The list; POST drafts those of a month."""
    today = reading.today_of(request.user.workspace, timezone.now())
    form = DraftForm(request.POST or None, workspace=request.user.workspace, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            found = drafting.draft(
                form.cleaned_data["month"],
                account=form.cleaned_data["account"],
                kind=form.kind,
                by=request.user,
                address=address_of(request),
            )
        except drafting.NoParties:
            messages.error(request, _("Fill in who sells and who buys first."))
            return redirect("billing:invoice_parties")
        except drafting.NothingToBill:
            form.add_error("month", _("There is nothing to bill in this month."))
        except drafting.MixedTax:
            form.add_error(
                "account", _("The accounts have different taxes: draft an invoice for each.")
            )
        else:
            return (
                redirect("billing:invoice", found[0].pk)
                if len(found) == 1
                else redirect("billing:invoices")
            )
    rows = Invoice.objects.filter(workspace_id=request.user.workspace_id).select_related("account")
    parties = Parties.objects.filter(workspace_id=request.user.workspace_id).first()
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "years": sorted({row.month.year for row in rows if row.is_frozen}, reverse=True),
        "is_ready": parties is not None and parties.is_complete,
    }
    return render(request, "billing/invoices.html", context, status=422 if form.errors else 200)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def invoice(request: AgentRequest, invoice_id: int) -> HttpResponse:
    found = _mine(request, invoice_id)
    return render(request, "billing/invoice.html", _page(found))


def _page(found: Invoice, **forms: Any) -> dict[str, Any]:
    return {
        "invoice": found,
        "paper": found.as_paper,
        "left_out": None if found.is_frozen else drafting.left_out(found),
        "credit_form": forms.get("credit") or CreditForm(),
        "paid_form": forms.get("paid") or PaidForm(initial={"on": timezone.localdate()}),
        "credit_note": Invoice.objects.filter(corrects=found).first(),
    }


@role(FINANCE, ADMINISTRATOR)
@require_POST
def act(request: AgentRequest, invoice_id: int) -> HttpResponse:
    """One step of an invoice's life: review, issue, paid, credit, discard, mail."""
    found = _mine(request, invoice_id)
    common: dict[str, Any] = {"by": request.user, "address": address_of(request)}
    try:
        match request.POST.get("act"):
            case "review":
                issuing.review(found.pk, **common)
            case "issue":
                issuing.issue(found.pk, at=timezone.now(), **common)
                messages.success(request, _("Issued. Nothing of it changes from now on."))
            case "paid":
                form = PaidForm(request.POST)
                if not form.is_valid():
                    return render(
                        request, "billing/invoice.html", _page(found, paid=form), status=422
                    )
                issuing.pay(found.pk, on=form.cleaned_data["on"], **common)
            case "credit":
                return _credited(request, found, common)
            case "discard":
                issuing.discard(found.pk, **common)
                return redirect("billing:invoices")
            case "mail":
                _mail(request, found)
            case _:
                return HttpResponse(status=422)
    except issuing.WrongState:
        messages.error(request, _("This invoice has moved on meanwhile. Here is how it stands."))
    except issuing.LedgerMoved:
        messages.error(
            request, _("The ledger has moved on since this was drafted. Draft the month again.")
        )
    except issuing.MonthNotOver:
        messages.error(
            request, _("The month is not over yet. Issue a proforma, or wait for its last day.")
        )
    return redirect("billing:invoice", found.pk)


def _credited(request: AgentRequest, found: Invoice, common: dict[str, Any]) -> HttpResponse:
    form = CreditForm(request.POST)
    if not form.is_valid():
        return render(request, "billing/invoice.html", _page(found, credit=form), status=422)
    note = issuing.credit(found.pk, reason=form.cleaned_data["reason"], at=timezone.now(), **common)
    return redirect("billing:invoice", note.pk)


def _mail(request: AgentRequest, found: Invoice) -> None:
    try:
        to = mailing.mail(found, by=request.user, at=timezone.now(), address=address_of(request))
    except mailing.NoAddress:
        messages.error(
            request, _("The buyer has no e-mail address: enter one under seller and buyer.")
        )
    except mailing.NotSent as problem:
        messages.error(request, _("The mail server did not take it: %(why)s") % {"why": problem})
    else:
        messages.success(request, _("Mailed to %(address)s.") % {"address": to})


# --- files -----------------------------------------------------------------------------------------


@role(FINANCE, ADMINISTRATOR)
@require_safe
def pdf(request: AgentRequest, invoice_id: int) -> HttpResponse:
    found = _mine(request, invoice_id)
    return _file(pdf_of(found.as_paper), f"{sheets.file_name(found)}.pdf", "application/pdf")


@role(FINANCE, ADMINISTRATOR)
@require_safe
def xlsx(request: AgentRequest, invoice_id: int) -> InPieces:
    """The invoice and every conversation behind it, streamed."""
    found = _mine(request, invoice_id)
    filters = Filters(found.workspace_id, found.month, found.account_id, is_billed=True)
    file = sheets.xlsx(found.as_paper, exports.rows(filters))
    name = content_disposition_header(True, f"{sheets.file_name(found)}.xlsx") or ""
    return InPieces(file, content_type=XLSX, headers={"Content-Disposition": name})


@role(FINANCE, ADMINISTRATOR)
@require_safe
def csv(request: AgentRequest, invoice_id: int) -> HttpResponse:
    found = _mine(request, invoice_id)
    text = sheets.csv_text(found.as_paper).encode()
    return _file(text, f"{sheets.file_name(found)}.csv", "text/csv; charset=utf-8")


@role(FINANCE, ADMINISTRATOR)
@require_safe
def json(request: AgentRequest, invoice_id: int) -> JsonResponse:
    return JsonResponse(_mine(request, invoice_id).paper)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def year(request: AgentRequest, year: int) -> FileResponse:
    """All issued in a year, as a zip of PDFs."""
    try:
        first, last = date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        raise Http404 from None
    rows = Invoice.objects.filter(
        workspace_id=request.user.workspace_id, month__range=(first, last), sequence__isnull=False
    )
    if not rows:
        raise Http404
    name = f"invoices-{year}.zip"
    return FileResponse(sheets.year(rows), as_attachment=True, filename=name)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# --- seller and buyer ------------------------------------------------------------------------------


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def parties(request: AgentRequest) -> HttpResponse:
    row = Parties.objects.filter(workspace_id=request.user.workspace_id).first()
    row = row or Parties(workspace=request.user.workspace, language=request.user.workspace.language)
    form = PartiesForm(request.POST or None, parties=row)
    if request.method == "POST" and form.is_valid():
        naming.save(row, said=form.said, by=request.user, address=address_of(request))
        messages.success(request, _("Saved. What was issued before stays as it is."))
        return redirect("billing:invoices")
    return render(
        request, "billing/parties.html", {"form": form}, status=422 if form.errors else 200
    )
