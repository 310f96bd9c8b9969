"""The checklist of a WhatsApp account: what Meta says of each step, and the acts that can be done from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts import checking, numbering
from accounts.models import BusinessAccount, PhoneNumber, Role
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from quality import checklist, setting_up, surveying
from quality.onboarding import Step
from quality.setup_forms import (
    CodeForm,
    HereForm,
    NameForm,
    NewNumberForm,
    PinForm,
    ProfileForm,
    VerifyForm,
)

ADMINISTRATOR = Role.ADMINISTRATOR.value


def _accounts() -> QuerySet[BusinessAccount]:
    return BusinessAccount.objects.select_related("app", "workspace")


def _numbers() -> QuerySet[PhoneNumber]:
    return PhoneNumber.objects.select_related("account__app", "account__workspace")


@role(ADMINISTRATOR)
@require_safe
def accounts(request: AgentRequest) -> HttpResponse:
    """All accounts, and how numbers come here from elsewhere."""
    rows = _accounts().filter(workspace=request.user.workspace)
    return render(request, "quality/setup_accounts.html", {"accounts": rows})


@role(ADMINISTRATOR)
@require_safe
def account(request: AgentRequest, account_id: int) -> HttpResponse:
    """At once with what Meta said within the last minute; else the steps are asked for by the page."""
    found = mine(_accounts(), request, account_id)
    return _page(request, found, _chosen(request, found))


@role(ADMINISTRATOR)
@require_safe
def steps(request: AgentRequest, account_id: int) -> HttpResponse:
    """Ask Meta now."""
    found = mine(_accounts(), request, account_id)
    surveying.survey(found)
    context = _context(found, _chosen(request, found))
    return render(request, "quality/_steps.html", context)


@role(ADMINISTRATOR)
@require_safe
def news(request: AgentRequest, account_id: int) -> HttpResponse:
    """Whether something came or arrived since the page was made. Asks nothing of Meta."""
    found = mine(_accounts(), request, account_id)
    now = checklist.mark(surveying.ours(found, _chosen(request, found)))
    if request.GET.get("mark", now) == now:
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


def _chosen(request: AgentRequest, found: BusinessAccount) -> PhoneNumber | None:
    """The number that the steps are about: the one asked for, else the first."""
    rows = list(found.numbers.order_by("pk"))
    wanted = request.GET.get("number", "")
    return next((row for row in rows if str(row.pk) == wanted), rows[0] if rows else None)


def _context(found: BusinessAccount, number: PhoneNumber | None) -> dict[str, Any]:
    survey = surveying.known(found)
    context: dict[str, Any] = {
        "account": found,
        "number": number,
        "numbers": list(found.numbers.order_by("pk")),
        "survey": survey,
        "room": numbering.room(found.workspace),
        "most": settings.NUMBERS_PER_WORKSPACE,
    }
    if survey is not None:
        ours = surveying.ours(found, number)
        profile = survey.profiles.get(number.phone_number_id, {}) if number else {}
        context |= {
            "list": checklist.of(found, survey, ours, at=timezone.now()),
            "picture_url": profile.get("profile_picture_url", ""),
            "forms": {
                "number": NewNumberForm(initial={"name": found.name}),
                "code": CodeForm(),
                "verify": VerifyForm(),
                "pin": PinForm(),
                "name": NameForm(),
                "profile": ProfileForm.of(dict(profile)),
            },
        }
    return context


def _page(
    request: AgentRequest,
    found: BusinessAccount,
    number: PhoneNumber | None,
    *,
    tried: Step | None = None,
    form: tuple[str, forms.Form] | None = None,
    problem: checking.NotAccepted | None = None,
) -> HttpResponse:
    """The whole page; after an act that failed with its step open, the form as typed, and Meta's words."""
    if tried is not None and surveying.known(found) is None:
        surveying.survey(found)
    context = _context(found, number) | {"tried": tried, "problem": problem}
    if form is not None:
        context["forms"][form[0]] = form[1]
    return render(request, "quality/setup.html", context, status=422 if tried else 200)


# --- the acts ----------------------------------------------------------------------------------------


def _acted(
    request: AgentRequest,
    found: BusinessAccount,
    number: PhoneNumber | None,
    *,
    step: Step,
    form: tuple[str, forms.Form],
    do: Callable[[dict[str, Any]], PhoneNumber | None],
    said: str,
) -> HttpResponse:
    """Check the form, ask Meta, and show what came of it at the step."""
    if not form[1].is_valid():
        return _page(request, found, number, tried=step, form=form)
    try:
        number = do(form[1].cleaned_data) or number
    except checking.NotAccepted as refusal:
        surveying.forget(found)
        return _page(request, found, number, tried=step, form=form, problem=refusal)
    except numbering.TooManyNumbers:
        form[1].add_error(None, gettext("No more numbers can be at work. Switch one off first."))
        return _page(request, found, number, tried=step, form=form)
    except numbering.NumberTaken:
        form[1].add_error(None, gettext("This number is connected already."))
        return _page(request, found, number, tried=step, form=form)
    messages.success(request, said)
    return _back(found, number)


def _back(found: BusinessAccount, number: PhoneNumber | None) -> HttpResponse:
    if surveying.known(found) is None:
        surveying.survey(found)
    query = f"?number={number.pk}" if number else ""
    return redirect(reverse("setup:account", args=[found.pk]) + query)


@role(ADMINISTRATOR)
@require_POST
def number_new(request: AgentRequest, account_id: int) -> HttpResponse:
    found = mine(_accounts(), request, account_id)

    def do(data: dict[str, Any]) -> PhoneNumber:
        country, national = data["phone"]
        return setting_up.add_number(
            found, country_code=country, number=national, name=data["name"], moves=data["moves"],
            by=request.user, address=address_of(request),
        )  # fmt: skip

    form = ("number", NewNumberForm(request.POST))
    said = gettext("Meta has the number. Next it must be proved to be yours.")
    chosen = _chosen(request, found)
    return _acted(request, found, chosen, step=Step.NUMBER, form=form, do=do, said=said)


@role(ADMINISTRATOR)
@require_POST
def number_here(request: AgentRequest, account_id: int) -> HttpResponse:
    """A number that Meta has already is worked here."""
    found = mine(_accounts(), request, account_id)

    def do(data: dict[str, Any]) -> PhoneNumber:
        return setting_up.answer_here(
            found, data["phone_number_id"], label="", by=request.user, address=address_of(request)
        )

    form = ("here", HereForm(request.POST))
    said = gettext("The number is worked here now.")
    chosen = _chosen(request, found)
    return _acted(request, found, chosen, step=Step.NUMBER, form=form, do=do, said=said)


@role(ADMINISTRATOR)
@require_POST
def webhook(request: AgentRequest, account_id: int) -> HttpResponse:
    """Meta gets our address, the fields and the subscription."""
    found = mine(_accounts(), request, account_id)

    def do(_data: dict[str, Any]) -> None:
        setting_up.connect_webhook(found, by=request.user, address=address_of(request))

    return _acted(
        request, found, _chosen(request, found), step=Step.FIELDS,
        form=("webhook", forms.Form(request.POST)), do=do,
        said=gettext("Meta posts this account’s messages here from now on."),
    )  # fmt: skip


def _on_number(
    request: AgentRequest,
    number_id: int,
    *,
    step: Step,
    form: tuple[str, forms.Form],
    do: Callable[..., None],
    said: str,
) -> HttpResponse:
    """`do` gets the number, who, from where, and what was typed."""
    row = mine(_numbers(), request, number_id)

    def act(data: dict[str, Any]) -> None:
        do(row, by=request.user, address=address_of(request), **data)

    return _acted(request, row.account, row, step=step, form=form, do=act, said=said)


@role(ADMINISTRATOR)
@require_POST
def code(request: AgentRequest, number_id: int) -> HttpResponse:
    said = gettext("Meta sends the code. Type it in when it has come.")
    return _on_number(
        request, number_id, step=Step.CODE, form=("code", CodeForm(request.POST)),
        do=setting_up.request_code, said=said,
    )  # fmt: skip


@sensitive_post_parameters("code")
@role(ADMINISTRATOR)
@require_POST
def verification(request: AgentRequest, number_id: int) -> HttpResponse:
    return _on_number(
        request, number_id, step=Step.CODE, form=("verify", VerifyForm(request.POST)),
        do=setting_up.verify, said=gettext("The number is yours. Next comes its PIN."),
    )  # fmt: skip


@sensitive_post_parameters("pin")
@sensitive_variables()
@role(ADMINISTRATOR)
@require_POST
def registration(request: AgentRequest, number_id: int) -> HttpResponse:
    return _on_number(
        request, number_id, step=Step.REGISTERED, form=("pin", PinForm(request.POST)),
        do=setting_up.register, said=gettext("The number is registered and can send."),
    )  # fmt: skip


@role(ADMINISTRATOR)
@require_POST
def name(request: AgentRequest, number_id: int) -> HttpResponse:
    return _on_number(
        request, number_id, step=Step.NAME, form=("name", NameForm(request.POST)),
        do=setting_up.request_name, said=gettext("Meta looks at the name."),
    )  # fmt: skip


@role(ADMINISTRATOR)
@require_POST
def profile(request: AgentRequest, number_id: int) -> HttpResponse:
    row = mine(_numbers(), request, number_id)
    form = ProfileForm(request.POST, request.FILES)

    def do(data: dict[str, Any]) -> None:
        setting_up.change_profile(
            row, changes=form.changes(), picture=data["picture"],
            by=request.user, address=address_of(request),
        )  # fmt: skip

    return _acted(
        request, row.account, row, step=Step.PROFILE, form=("profile", form), do=do,
        said=gettext("Customers see it from now on."),
    )  # fmt: skip
