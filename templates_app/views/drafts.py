"""The desk: a draft's page, what is said of it while it is written, and its way to Meta."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, gettext_noop, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from templates_app import (
    drafting,
    forms,
    foureyes,
    known,
    looks,
    marks,
    planning,
    reasons,
    refusals,
    reviewing,
    rules,
    submission,
    tasks,
    usage,
)
from templates_app.content import BUTTON_KINDS, NotEditable, names
from templates_app.languages import LANGUAGES, for_people
from templates_app.models import Category, Draft, DraftState, Submission, SubmissionState
from templates_app.views._common import WRITERS, address_of, my_draft
from whatsapp.failures import GraphError, GraphFailure, failure_for

PLACES = ("name", "language", "category", "header", "body", "footer", "buttons", "code")
HEADERS = (
    ("", pgettext_lazy("header", "None")),
    ("TEXT", pgettext_lazy("header", "Text")),
    ("IMAGE", gettext_lazy("Image")),
    ("VIDEO", gettext_lazy("Video")),
    ("DOCUMENT", gettext_lazy("Document")),
    ("LOCATION", gettext_lazy("Location")),
)
FILE_KINDS = {
    "IMAGE": (("image/jpeg", "image/png"), 5),
    "VIDEO": (("video/mp4", "video/3gpp"), 16),
    "DOCUMENT": (("application/pdf",), 100),
}  # and megabytes
UNFIT = gettext_noop(
    "This file does not fit: an image is JPEG or PNG up to 5 MB, a video MP4 up to 16 MB, a document PDF up to 100 MB."
)


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
    context = _context(row) | {
        "cursor": request.user.workspace.last_seq,
        **_planned(row),
        "needs_approval": reviewing.is_needed(row.account.workspace),
        "notes": row.notes.select_related("by"),
        "languages": LANGUAGES,
        "categories": Category.choices,
        "accounts": BusinessAccount.objects.filter(workspace=request.user.workspace),
        "refusal": _refusal(last) if last and last.state == SubmissionState.REFUSED else None,
        "reason": reasons.rejection(row.reason, get_language() or "en") if row.reason else None,
        "file_types": ",".join(kind for kinds, _mb in FILE_KINDS.values() for kind in kinds),
    }
    return render(request, "templates_app/draft.html", context)


def _under_review(request: AgentRequest, row: Draft) -> HttpResponse:
    """Frozen, before a colleague: what it says, what was said of it, and who may decide."""
    is_needed = reviewing.is_needed(row.account.workspace)
    context = _context(row) | {
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
    context = _context(saved) | {"buttons_moved": act.moves_buttons, "is_answer": True}
    context["sample_places"] = _changed_samples(request, saved)
    return render(request, "templates_app/_answers.html", context)


def _go(request: AgentRequest, path: str) -> HttpResponse:
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)  # type: ignore[attr-defined]


def _context(row: Draft) -> dict[str, Any]:
    """What the page and its answers both show."""
    whole = row.whole
    content = whole.content
    language = get_language() or "en"
    found = known.problems(row, at=timezone.localtime())
    by_place: dict[str, list[tuple[str, str]]] = {place: [] for place in PLACES}
    by_place |= {
        f"button {n + 1}": [] for n in range(max(len(content.buttons), forms.MOST_BUTTONS))
    }
    for problem in found:
        by_place.setdefault(problem.place, []).append((problem.severity, problem.words(language)))
    return {
        "draft": row,
        "content": content,
        "preview": looks.of_draft(whole),
        "problems": by_place,
        "places": [(place, place.replace(" ", "-"), said) for place, said in by_place.items()],
        "buttons": [
            (number, button, f"button-{number + 1}", by_place[f"button {number + 1}"])
            for number, button in enumerate(content.buttons)
        ],
        "button_kinds": BUTTON_KINDS,
        "samples": {place: _samples(row, place) for place in ("header", "body")},
        "refused": sum(p.severity is rules.Severity.REFUSED for p in found),
        "warned": sum(p.severity is rules.Severity.OFTEN_REFUSED for p in found),
        "header_kinds": HEADERS,
        "may_rename": row.template_id is None,
        "marks": _marks(row),
        "mark_places": marks.PLACES,
    }


def _marks(row: Draft) -> frozenset[str]:
    """Where the refused template, which this draft corrects, offends still."""
    template = row.template
    if not row.reason or template is None:
        return frozenset()
    try:
        refused = drafting.whole_of(template)
    except NotEditable:
        return frozenset()
    found = marks.of(refused, reason=row.reason, note=template.rejection_note)
    return marks.left(found, refused=refused, now=row.whole)


def _samples(row: Draft, place: str) -> list[tuple[str, str, str]]:
    content = row.whole.content
    text = content.header if place == "header" else content.body
    return [
        (f"{{{{{name}}}}}", f"sample:{place}.{name}", content.samples.get(f"{place}.{name}", ""))
        for name in names(text)
    ]


def _changed_samples(
    request: AgentRequest, row: Draft
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Only the places whose variables are others than the page has: fields in use are left alone."""
    changed = []
    for place in ("header", "body"):
        samples = _samples(row, place)
        posted = [key for key in request.POST if key.startswith(f"sample:{place}.")]
        if sorted(posted) != sorted(key for _label, key, _value in samples):
            changed.append((place, samples))
    return changed


# --- handing in --------------------------------------------------------------------------------------


@role(*WRITERS)
@require_http_methods(["GET", "POST"])
def submit(request: AgentRequest, draft_id: int) -> HttpResponse:
    """First what will happen, then the deed."""
    row = my_draft(request, draft_id)
    if row.state == DraftState.SUBMITTED:
        return redirect("templates_app:draft", row.pk)
    is_needed = reviewing.is_needed(row.account.workspace)
    context = _context(row)
    context["asks_colleague"] = foureyes.may_hand_in(state=row.state, is_needed=is_needed)
    context["uses"] = usage.of(row.template) if row.template else ()
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


# --- copies, samples, ends ---------------------------------------------------------------------------


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


@role(*WRITERS)
@require_POST
def sample(request: AgentRequest, draft_id: int) -> HttpResponse:
    """A sample file for the header, handed to Meta at once."""
    row = my_draft(request, draft_id)
    given, content = request.FILES.get("file"), row.whole.content
    kinds, most = FILE_KINDS.get(content.header_kind, ((), 0))
    file = given.file if given else None
    if (
        given is None
        or file is None
        or given.content_type not in kinds
        or (given.size or 0) > most * 2**20
    ):
        messages.error(request, _(UNFIT))
        return redirect("templates_app:draft", row.pk)
    name = given.name or "sample"
    try:
        handle = submission.upload_sample(
            row.account,
            cast(BinaryIO, file),
            size=given.size or 0,
            mime=given.content_type or "",
            filename=name,
        )
    except GraphFailure as failure:
        messages.error(request, failure.reason)
        return redirect("templates_app:draft", row.pk)
    written = drafting.Written(
        name=row.name,
        language=row.language,
        category=row.category,
        content=forms.with_sample(content, handle=handle, filename=name),
    )
    try:
        drafting.save(row.pk, written=written, seen=row.version, author=request.user)
    except refusals.Moved:
        messages.error(request, _("The draft has changed meanwhile. Upload the file again."))
    return redirect("templates_app:draft", row.pk)
