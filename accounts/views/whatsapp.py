"""WhatsApp accounts, added by hand in four steps: app, webhook, account, numbers. Meta confirms every id first."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts import checking, connecting, numbering
from accounts.forms import AccountForm, AppForm, PlanForm, TokenForm
from accounts.models import BusinessAccount, MetaApp, PhoneNumber
from accounts.rights import AgentRequest, role
from accounts.secrets import ending
from accounts.views._common import ADMINISTRATOR, address_of, mine

ELSEWHERE = gettext_lazy("Another workspace of this site has it already.")
FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_alerts",
    "user_preferences",
)


def callback_url() -> str:
    return settings.PUBLIC_URL + "/webhooks/whatsapp/"


@role(ADMINISTRATOR)
@require_safe
def whatsapp(request: AgentRequest) -> HttpResponse:
    accounts = BusinessAccount.objects.filter(workspace=request.user.workspace)
    context = {
        "accounts": accounts.select_related("app").annotate(
            number_count=Count("numbers", filter=Q(numbers__is_active=True))
        ),
        "apps": [
            (app, ending(app.secret))
            for app in MetaApp.objects.filter(workspace=request.user.workspace).order_by("pk")
        ],
        "callback_url": callback_url(),
    }
    return render(request, "accounts/whatsapp.html", context)


@sensitive_post_parameters("secret")
@sensitive_variables("form")
@role(ADMINISTRATOR)
def apps(request: AgentRequest) -> HttpResponse:
    """Step 1. The same page changes the secret of an app that is known."""
    form = AppForm(request.POST or None, initial={"app_id": request.GET.get("app", "")})
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            checking.check_app(form.cleaned_data["app_id"], form.cleaned_data["secret"])
            app = connecting.connect_app(
                by=request.user, address=address_of(request), **form.cleaned_data
            )
            return redirect("accounts:app", app.pk)
        except connecting.ConnectedElsewhere:
            form.add_error("app_id", ELSEWHERE)
        except checking.NotAccepted as refusal:
            problem = refusal
    context = {
        "form": form,
        "problem": problem,
        "known": MetaApp.objects.filter(workspace=request.user.workspace).order_by("pk"),
    }
    status = 422 if problem or form.errors else 200
    return render(request, "accounts/app_new.html", context, status=status)


@role(ADMINISTRATOR)
@require_safe
def app(request: AgentRequest, app_id: int) -> HttpResponse:
    """Step 2: what to type into Meta's webhook page."""
    row = mine(MetaApp.objects.all(), request, app_id)
    context = {"app": row, "callback_url": callback_url(), "fields": FIELDS}
    return render(request, "accounts/app.html", context)


@sensitive_post_parameters("token")
@sensitive_variables("form")
@role(ADMINISTRATOR)
def account_new(request: AgentRequest, app_id: int) -> HttpResponse:
    """Step 3: the account and its token."""
    app = mine(MetaApp.objects.all(), request, app_id)
    form = AccountForm(request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            account = _connect(request, app, form)
            return redirect("accounts:account_numbers", account.pk)
        except connecting.AlreadyConnected:
            form.add_error("waba_id", _("This account is connected already."))
        except connecting.ConnectedElsewhere:
            form.add_error("waba_id", ELSEWHERE)
        except checking.NotAccepted as refusal:
            problem = refusal
    context = {"form": form, "problem": problem, "app": app}
    status = 422 if problem or form.errors else 200
    return render(request, "accounts/account_new.html", context, status=status)


@sensitive_variables("token", "form")
def _connect(request: AgentRequest, app: MetaApp, form: AccountForm) -> BusinessAccount:
    token = form.cleaned_data["token"].strip()
    facts = checking.check_account(
        form.cleaned_data["waba_id"], token=token, app=app, zone=request.user.workspace.time_zone
    )
    return connecting.connect_account(
        app,
        facts=facts,
        token=token,
        pricing_plan=form.cleaned_data["pricing_plan"],
        by=request.user,
        address=address_of(request),
    )


@role(ADMINISTRATOR)
def account_numbers(request: AgentRequest, account_id: int) -> HttpResponse:
    """Step 4: which of the account's numbers are worked here."""
    account = mine(_accounts(), request, account_id)
    try:
        facts = checking.check_again(account)
    except checking.NotAccepted as problem:
        context = {"account": account, "problem": problem}
        return render(request, "accounts/account_numbers.html", context)
    taken = set(
        PhoneNumber.objects.filter(account=account).values_list("phone_number_id", flat=True)
    )
    offered = [number for number in facts.numbers if number.phone_number_id not in taken]
    if request.method == "POST":
        chosen = set(request.POST.getlist("number"))
        numbers = [number for number in offered if number.phone_number_id in chosen]
        if _add(request, account, numbers):
            return redirect("setup:account", account.pk)
    context = {
        "account": account,
        "offered": offered,
        "taken": len(taken),
        "teams": request.user.workspace.teams.all(),
        "room": numbering.room(request.user.workspace),
    }
    return render(request, "accounts/account_numbers.html", context)


def _add(
    request: AgentRequest, account: BusinessAccount, numbers: list[checking.NumberFacts]
) -> bool:
    """Adds them with the labels and teams of the form; says what stood in the way."""
    teams = {str(team.pk): team for team in request.user.workspace.teams.all()}
    for number in numbers:
        key = number.phone_number_id
        label = request.POST.get(f"label-{key}", "").strip()[:40]
        try:
            numbering.add(
                account,
                facts=number,
                label=label or number.verified_name[:40] or number.display,
                team=teams.get(request.POST.get(f"team-{key}", "")),
                by=request.user,
                address=address_of(request),
            )
        except numbering.TooManyNumbers:
            messages.error(
                request,
                _("%(number)s was not added: %(limit)s numbers are as many as can be at work.")
                % {"number": number.display, "limit": settings.NUMBERS_PER_WORKSPACE},
            )
            return False
        except numbering.NumberTaken:
            messages.error(
                request, _("%(number)s is connected already.") % {"number": number.display}
            )
            return False
    return True


@role(ADMINISTRATOR)
@require_safe
def account(request: AgentRequest, account_id: int) -> HttpResponse:
    return _account(request, mine(_accounts(), request, account_id))


def _accounts() -> QuerySet[BusinessAccount]:
    return BusinessAccount.objects.select_related("app")


def _account(
    request: AgentRequest,
    row: BusinessAccount,
    *,
    problem: checking.NotAccepted | None = None,
    note: str = "",
) -> HttpResponse:
    """The account's page; after an act that Meta refused, with its words."""
    context = {
        "account": row,
        "numbers": row.numbers.select_related("team"),
        "token_ending": ending(row.token),
        "token_form": TokenForm(),
        "plan_form": PlanForm(initial={"pricing_plan": row.pricing_plan}),
        "problem": problem,
        "note": note,
    }
    return render(request, "accounts/account.html", context, status=422 if problem else 200)


@role(ADMINISTRATOR)
@require_POST
def account_check(request: AgentRequest, account_id: int) -> HttpResponse:
    """Ask Meta again."""
    row = mine(_accounts(), request, account_id)
    try:
        facts = checking.check_again(row)
        connecting.refresh(row.pk, facts=facts, by=request.user, address=address_of(request))
        messages.success(request, _("Meta confirms the account, the token and its numbers."))
    except checking.NotAccepted as problem:
        if problem.is_about_token:
            connecting.note_problem(row.pk, words=problem.meta or problem.what, by=request.user)
            row.refresh_from_db()
        return _account(request, row, problem=problem)
    return redirect("accounts:account", row.pk)


@sensitive_post_parameters("token")
@sensitive_variables("form", "token")
@role(ADMINISTRATOR)
@require_POST
def account_token(request: AgentRequest, account_id: int) -> HttpResponse:
    row = mine(_accounts(), request, account_id)
    form = TokenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type the new token."))
        return redirect("accounts:account", row.pk)
    token = form.cleaned_data["token"].strip()
    try:
        facts = checking.check_again(row, token=token)
        connecting.replace_token(
            row.pk, token=token, facts=facts, by=request.user, address=address_of(request)
        )
        messages.success(request, _("The new token works and is in use."))
    except checking.NotAccepted as problem:
        return _account(request, row, problem=problem, note=_("The old token is kept."))
    return redirect("accounts:account", row.pk)


@role(ADMINISTRATOR)
@require_POST
def account_subscription(request: AgentRequest, account_id: int) -> HttpResponse:
    row = mine(_accounts(), request, account_id)
    try:
        checking.subscribe(row)
        connecting.mark_subscribed(row.pk, by=request.user, address=address_of(request))
        messages.success(request, _("Meta sends this account’s messages here from now on."))
    except checking.NotAccepted as problem:
        return _account(request, row, problem=problem)
    return redirect("accounts:account", row.pk)


@role(ADMINISTRATOR)
@require_POST
def account_plan(request: AgentRequest, account_id: int) -> HttpResponse:
    row = mine(BusinessAccount.objects.all(), request, account_id)
    form = PlanForm(request.POST)
    if form.is_valid():
        connecting.change_plan(
            row.pk, by=request.user, address=address_of(request), **form.cleaned_data
        )
        messages.success(request, _("Saved."))
    return redirect("accounts:account", row.pk)
