"""The pages of the rate cards: which there are, one with its prices, a price entered, a file with its preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from billing import reading, tariffs, terming, uploads
from billing.access import ADMINISTRATOR, FINANCE
from billing.card_files import CardRefused
from billing.cards import RateCard
from billing.forms import CARD_CATEGORIES, CARD_MODELS, ConfirmForm, RateForm, UploadForm
from billing.models import StoredCard
from billing.plans import list_word


@dataclass(frozen=True, slots=True)
class Row:
    """A card in the list. `own`: its id if it is the company's own and may be removed."""

    card: RateCard
    words: str
    price_list: str
    own: int | None
    is_in_force: bool

    @property
    def markets(self) -> int:
        return len({market for market, _category in self.card.rates})


def _row(card: RateCard, *, in_force: set[str]) -> Row:
    model, _at, price_list = card.model.partition("@")
    own = int(card.id.removeprefix("own-")) if card.id.startswith("own-") else None
    return Row(card, str(dict(CARD_MODELS)[model]), price_list, own, card.id in in_force)


@role(FINANCE, ADMINISTRATOR)
@require_safe
def cards(request: AgentRequest) -> HttpResponse:
    known = tariffs.cards_of(request.user.workspace_id)
    today = reading.today_of(request.user.workspace, timezone.now())
    in_force = {
        found.id
        for one in known.by_id.values()
        if (found := known.in_force(model=one.model, currency=one.currency, on=today))
    }
    rows = [_row(card, in_force=in_force) for card in known.by_id.values()]
    rows.sort(key=lambda row: (row.card.effective_from, row.card.id), reverse=True)
    return render(request, "billing/cards.html", {"rows": rows, "form": UploadForm()})


@role(FINANCE, ADMINISTRATOR)
@require_safe
def card(request: AgentRequest, card_id: str) -> HttpResponse:
    found = tariffs.cards_of(request.user.workspace_id).by_id.get(card_id)
    if found is None:
        raise Http404
    names = dict(CARD_CATEGORIES)
    columns = [name for name in names if any(category == name for _m, category in found.rates)]
    markets = sorted({market for market, _category in found.rates})
    table = [
        (market, found.codes.get(market, ""), [found.bands(market, name) for name in columns])
        for market in markets
    ]
    context = {
        "row": _row(found, in_force=set()),
        "columns": [(name, names[name]) for name in columns],
        "table": table,
    }
    return render(request, "billing/card.html", context)


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: AgentRequest) -> HttpResponse:
    """A price from a day on. What the page that leads here knows already is filled in."""
    asked = {name: request.GET[name] for name in RateForm.base_fields if name in request.GET}
    form = RateForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        terming.enter_rate(**form.cleaned_data, by=request.user, address=address_of(request))
        messages.success(request, _("Saved. What it prices is being priced anew."))
        return redirect("billing:cards")
    markets = tariffs.cards_of(request.user.workspace_id).markets.maps[-1].prefixes.values()
    context = {"form": form, "markets": sorted(set(markets))}
    return render(request, "billing/rate.html", context, status=422 if form.errors else 200)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def upload(request: AgentRequest) -> HttpResponse:
    """Reads the file and shows what it would change. Nothing is stored yet."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "billing/upload.html", {"form": form}, status=422)
    said, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        text, tiers = _text(file), _text(said["tiers"])
        found = uploads.card_in(
            text, model=said["model"], effective_from=said["effective_from"], tiers=tiers
        )
    except CardRefused as refused:
        context = {"form": form, "problems": refused.problems}
        return render(request, "billing/upload.html", context, status=422)
    before = tariffs.cards_of(request.user.workspace_id).in_force(
        model=list_word(found.model, said["price_list"]),
        currency=found.currency,
        on=found.effective_from,
    )
    confirm = ConfirmForm(
        initial={name: said[name] for name in ("model", "effective_from", "price_list")}
        | {"text": text, "tiers": tiers}
    )
    context = {
        "card": found,
        "before": before,
        "confirm": confirm,
        "differences": uploads.differences(found, before),
        "model_words": dict(CARD_MODELS).get(found.model, found.model),
    }
    return render(request, "billing/preview.html", context)


def _text(file: UploadedFile[Any] | None) -> str:
    return uploads.text_in(file.name or "", file.read(uploads.MOST_BYTES + 1)) if file else ""


@role(FINANCE, ADMINISTRATOR)
@require_POST
def card_import(request: AgentRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("billing:cards")
    said = form.cleaned_data
    try:
        found = uploads.card_in(
            said["text"],
            model=said["model"],
            effective_from=said["effective_from"],
            tiers=said["tiers"],
        )
    except CardRefused as refused:
        context = {"form": UploadForm(), "problems": refused.problems}
        return render(request, "billing/upload.html", context, status=422)
    terming.import_card(
        found, price_list=said["price_list"], by=request.user, address=address_of(request)
    )
    messages.success(request, _("Imported. What it prices is being priced anew."))
    return redirect("billing:cards")


@role(FINANCE, ADMINISTRATOR)
@require_POST
def card_removal(request: AgentRequest, stored_id: int) -> HttpResponse:
    row = mine(StoredCard.objects.all(), request, stored_id)
    terming.remove_card(row, by=request.user, address=address_of(request))
    messages.success(request, _("Removed. What it priced is being priced anew."))
    return redirect("billing:cards")
