"""The desk: a draft's page, what is said of it while it is written, and its way to Meta."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from templates_app import (
    drafting,
    forms,
    foureyes,
    looks,
    planning,
    reasons,
    refusals,
    reviewing,
    submission,
    tasks,
    usage,
)
from templates_app.languages import LANGUAGES, for_people
from templates_app.models import Category, Draft, DraftState, Submission, SubmissionState
from templates_app.views import editor, samples
from templates_app.views._common import WRITERS, address_of, my_draft
from whatsapp.failures import GraphError, failure_for


@role(*WRITERS)
@require_POST
def new(request: AgentRequest) -> HttpResponse:
    accounts = BusinessAccount.objects.filter(workspace=request.user.workspace)
    pk = forms.number(request.POST.get("account", ""))
    account = accounts.filter(pk=pk).first() if pk else accounts.first()
    if account is None:
        messages.error(request, _("There is no WhatsApp account yet. Add one in the settings."))
        return redirect("templates_app:templates")
    language = for_people(request.user.language)
    draft = drafting.begin(account, author=request.user, language=language)
    return redirect("templates_app:draft", draft.pk)


@role(*WRITERS)
@require_http_methods(["GET", "POST"])
def draft(request: AgentRequest, draft_id: int) -> HttpResponse:
    """The editor. Every change is posted here: saved, judged and shown."""
    row = my_draft(request, draft_id)
    if request.method == "POST":
        return _write(request, row)
    if row.state == DraftState.SUBMITTED:
        return _on_its_way(request, row)
    if row.state != DraftState.DRAFT:
        return _under_review(request, row)
    last = row.submissions.first()
    context = editor.context(row) | {
        "cursor": request.user.workspace.last_seq,
        **_planned(row),
        "needs_approval": reviewing.is_needed(row.account.workspace),
        "notes": row.notes.select_related("by"),
        "languages": LANGUAGES,
        "categories": Category.choices,
        "accounts": BusinessAccount.objects.filter(workspace=request.user.workspace),
        "refusal": _refusal(last) if last and last.state == SubmissionState.REFUSED else None,
        "reason": reasons.rejection(row.reason, get_language() or "en") if row.reason else None,
        "file_types": {kind: ",".join(sorted(mimes)) for kind, mimes in samples.FILE_KINDS.items()},
    }
    return render(request, "templates_app/draft.html", context)


def _under_review(request: AgentRequest, row: Draft) -> HttpResponse:
    """Frozen, before a colleague: what it says, what was said of it, and who may decide."""
    is_needed = reviewing.is_needed(row.account.workspace)
    context = editor.context(row) | {
        "cursor": request.user.workspace.last_seq,
        **_planned(row),
        "notes": row.notes.select_related("by"),
        "may_decide": row.state == DraftState.REVIEW
        and foureyes.may_decide(
            by=request.user.pk, author=row.author_id, handed_in_by=row.handed_in_by_id
        ),
        "may_submit": foureyes.may_submit(state=row.state, is_needed=is_needed),
    }
    return render(request, "templates_app/review.html", context)


def _planned(row: Draft) -> dict[str, Any]:
    now = timezone.now()
    plan = planning.plan_of(row, at=now)
    return {"plan": plan, "expected": plan.expected if plan else planning.expected(row, at=now)}


def _write(request: AgentRequest, row: Draft) -> HttpResponse:
    act = forms.act_of(request.POST)
    written = forms.written(request.POST, before=row.whole.content)
    seen = request.POST.get("version", "")
    try:
        saved = drafting.save(
            row.pk,
            written=written,
            seen=forms.number(seen) or 0,
            author=request.user,
        )
    except refusals.Moved as moved:
        newest = my_draft(request, moved.draft.pk)
        return render(request, "templates_app/_moved.html", {"draft": newest}, status=409)
    if act.kind == "submit":
        return _go(request, reverse("templates_app:draft_submit", args=[saved.pk]))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("templates_app:draft", saved.pk)
    context = editor.context(saved, size=request.POST.get("size", ""))
    context |= editor.moved(request, saved) | {"is_answer": True}
    return render(request, "templates_app/_answers.html", context)


def _go(request: AgentRequest, path: str) -> HttpResponse:
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)  # type: ignore[attr-defined]


# --- handing in --------------------------------------------------------------------------------------


@role(*WRITERS)
@require_http_methods(["GET", "POST"])
def submit(request: AgentRequest, draft_id: int) -> HttpResponse:
    """First what will happen, then the deed."""
    row = my_draft(request, draft_id)
    if row.state == DraftState.SUBMITTED:
        return redirect("templates_app:draft", row.pk)
    is_needed = reviewing.is_needed(row.account.workspace)
    context = editor.context(row)
    context["asks_colleague"] = foureyes.may_hand_in(state=row.state, is_needed=is_needed)
    context["uses"] = usage.of(row.template) if row.template else ()
    if row.template and context["uses"]:
        context["next_use"] = planning.next_use(
            row.account.workspace, row.template, at=timezone.localtime()
        )
    context["all_problems"] = [(place, said) for place, _id, said in context["places"] if said]
    if request.method == "GET":
        return render(request, "templates_app/submit.html", context)
    seen = request.POST.get("version", "")
    try:
        drafting.submit(
            row.pk,
            seen=forms.number(seen) or 0,
            by=request.user,
            at=timezone.now(),
            address=address_of(request),
        )
    except refusals.NotReady:
        return render(request, "templates_app/submit.html", context, status=422)
    except refusals.Moved:
        messages.error(request, _("The draft has changed meanwhile. Look at it again."))
    except refusals.NotApproved:
        messages.error(request, _("A colleague has to approve it first."))
    return redirect("templates_app:draft", row.pk)


def _on_its_way(request: AgentRequest, row: Draft) -> HttpResponse:
    last = row.submissions.first()
    if last and last.state == SubmissionState.ACCEPTED and last.template_id:
        return redirect("templates_app:template", last.template_id)
    context = _waiting(last) | {"draft": row, "preview": looks.of_draft(row.whole)}
    return render(request, "templates_app/on_its_way.html", context)


def _waiting(last: Submission | None) -> dict[str, Any]:
    late = bool(last and submission.is_late(last, at=timezone.now()))
    return {"submission": last, "is_late": late}


@role(*WRITERS)
@require_GET
def answer(request: AgentRequest, draft_id: int) -> HttpResponseBase:
    """Asked every second by the waiting page, until Meta has answered."""
    row = my_draft(request, draft_id)
    last = row.submissions.first()
    if row.state == DraftState.DRAFT or (last and last.state == SubmissionState.ACCEPTED):
        return _go(request, reverse("templates_app:draft", args=[row.pk]))
    return render(request, "templates_app/_waiting.html", _waiting(last) | {"draft": row})


@role(*WRITERS)
@require_POST
def look(request: AgentRequest, draft_id: int) -> HttpResponse:
    """Ask Meta what became of one whose answer was lost."""
    row = my_draft(request, draft_id)
    if last := row.submissions.first():
        tasks.look.delay(last.pk)
    return redirect("templates_app:draft", row.pk)


def _refusal(last: Submission) -> dict[str, str]:
    """Meta's refusal in our words, with its own beside them."""
    told = last.answer
    if told.get("lost"):
        return {"what": _("Meta does not have it: it got lost on the way."), "todo": _("Submit it again.")}  # fmt: skip
    said = {"title": str(told.get("title") or ""), "message": str(told.get("message") or "")}
    if code := told.get("code"):
        words = failure_for(GraphError(code=code, subcode=told.get("subcode"))).words(
            get_language() or "en"
        )
        if words:
            said |= {"what": words.what, "todo": words.todo}
    elif told.get("again"):
        said |= {"what": _("Meta could not be reached."), "todo": _("Submit it again.")}
    return said


# --- copies, ends ---------------------------------------------------------------------------


@role(*WRITERS)
@require_POST
def duplicate(request: AgentRequest, draft_id: int) -> HttpResponse:
    made = drafting.duplicate(my_draft(request, draft_id), author=request.user)
    return redirect("templates_app:draft", made.pk)


@role(*WRITERS)
@require_POST
def discard(request: AgentRequest, draft_id: int) -> HttpResponse:
    row = my_draft(request, draft_id)
    try:
        drafting.discard(row.pk, by=request.user, address=address_of(request))
    except refusals.Moved:
        messages.error(request, _("It is on its way to Meta already."))
    else:
        messages.success(request, _("The draft is gone."))
    return redirect("templates_app:templates")
