"""The review desk: what waits for a look, one conversation with its card, results, and what was said of oneself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import Role
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of
from coaching import results, reviewing, sampling
from coaching.forms import JudgeForm, PlanForm, RemarkForm
from coaching.models import Review
from conversations import transcripts
from conversations.streaming import InPieces

AGENT, MANAGER, ADMINISTRATOR = Role.AGENT.value, Role.MANAGER.value, Role.ADMINISTRATOR.value
SHOWN = 100
AROUND = timedelta(days=1)  # before its week: what led to it


@role(MANAGER, ADMINISTRATOR)
@require_safe
def desk(request: AgentRequest) -> HttpResponse:
    rows = reviewing.waiting(request.user).select_related(
        "agent", "conversation__contact", "conversation__number"
    )
    begun = rows.filter(reviewer=request.user).order_by().values("conversation")  # judged unseen
    finished = reviewing.open_to(request.user).filter(done_at__isnull=False)
    done = finished.exclude(conversation__in=begun).select_related(
        "agent", "reviewer", "conversation__contact"
    )
    context = {
        "waiting": rows.order_by("week", "agent__name", "pk")[:SHOWN],
        "done": done.order_by("-done_at")[:SHOWN],
        "plan": reviewing.plan_of(request.user.workspace),
    }
    return render(request, "coaching/desk.html", context)


def _review(request: AgentRequest, review_id: int) -> Review:
    rows = reviewing.open_to(request.user).select_related(
        "agent", "reviewer", "conversation__contact", "conversation__number"
    )
    return get_object_or_404(rows, pk=review_id)


@role(MANAGER, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: AgentRequest, review_id: int) -> HttpResponse:
    """The conversation of that week beside the card. A colleague's unfinished or uncompared result stays closed."""
    row = _review(request, review_id)
    card = sampling.card_of(row.card)
    form = JudgeForm(request.POST or None, card=card)
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.finish(
                row, by=request.user, answers=form.answers, summary=form.cleaned_data["summary"], at=timezone.now()
            )  # fmt: skip
        except reviewing.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Finished. The agent sees it now."))
        return redirect("coaching:review", row.pk)
    context = _page(row) | {"form": form, "may_judge": _may_judge(row, request)}
    return render(request, "coaching/review.html", context, status=422 if form.errors else 200)


def _may_judge(row: Review, request: AgentRequest) -> bool:
    return row.done_at is None and row.reviewer_id in (None, request.user.pk)


def _page(row: Review) -> dict[str, Any]:
    paper = transcripts.of(
        row.conversation, since=row.week - AROUND, until=row.week + timedelta(days=6), with_notes=True
    )  # fmt: skip
    remarks: dict[int, list[Any]] = {}
    for one in row.remarks.all():
        remarks.setdefault(one.message_id, []).append(one)
    card = sampling.card_of(row.card)
    return {
        "review": row,
        "contact": row.conversation.contact,
        "conversation": row.conversation,
        "paper": paper,
        "lines": [(message, remarks.get(message.pk, [])) for message in paper.messages],
        "judged": [(one, row.answers.get(one.key)) for one in card],
    }


@role(MANAGER, ADMINISTRATOR)
@require_POST
def remark(request: AgentRequest, review_id: int) -> HttpResponseRedirect:
    row = _review(request, review_id)
    form = RemarkForm(request.POST)
    pk = form.cleaned_data["message"] if form.is_valid() else 0
    message = row.conversation.messages.filter(pk=pk).first()
    if message is None:
        messages.error(request, _("Write something about one of the messages."))
        return redirect("coaching:review", row.pk)
    try:
        reviewing.remark(
            row, message, by=request.user, text=form.cleaned_data["text"], at=timezone.now()
        )
    except reviewing.Refused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(f"{redirect('coaching:review', row.pk).url}#m{message.pk}")


@role(MANAGER, ADMINISTRATOR)
@require_POST
def second(request: AgentRequest, review_id: int) -> HttpResponseRedirect:
    """Look at the same conversation independently."""
    row = reviewing.second_look(_review(request, review_id), by=request.user, at=timezone.now())
    return redirect("coaching:review", row.pk)


@role(AGENT, MANAGER, ADMINISTRATOR)
@require_safe
def mine_page(request: AgentRequest) -> HttpResponse:
    """What colleagues found in one's own conversations."""
    rows = Review.objects.filter(agent=request.user, done_at__isnull=False).select_related(
        "reviewer", "conversation__contact"
    )
    shown = list(rows.prefetch_related("remarks__message").order_by("-done_at")[:SHOWN])
    reviewing.see(shown, agent=request.user, at=timezone.now())
    judged = [
        (row, [(one, row.answers.get(one.key)) for one in sampling.card_of(row.card)])
        for row in shown
    ]
    return render(request, "coaching/mine.html", {"reviews": judged})


@role(MANAGER, ADMINISTRATOR)
@require_safe
def results_page(request: AgentRequest) -> HttpResponse:
    workspace = request.user.workspace
    today = timezone.now().astimezone(ZoneInfo(workspace.time_zone)).date()
    mondays, rows = results.by_agent(workspace, today=today)
    context = {"mondays": mondays, "rows": rows, "leanings": results.calibration(workspace)}
    return render(request, "coaching/results.html", context)


@role(MANAGER, ADMINISTRATOR)
@require_safe
def file(request: AgentRequest) -> InPieces:
    audit.record(
        request.user, "coaching.exported", request.user.workspace.name, address_of(request)
    )
    answer = InPieces(
        results.csv_lines(request.user.workspace), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="reviews.csv"'
    return answer


@role(MANAGER, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: AgentRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, instance=reviewing.plan_of(request.user.workspace))
    if request.method == "POST" and form.is_valid():
        kept = form.save(commit=False)
        reviewing.keep_plan(kept, by=request.user, address=address_of(request))
        messages.success(request, _("Saved."))
        return redirect("coaching:desk")
    return render(request, "coaching/plan.html", {"form": form}, status=422 if form.errors else 200)


@role(MANAGER, ADMINISTRATOR)
@require_POST
def draw(request: AgentRequest) -> HttpResponseRedirect:
    """This week's and last week's sample now, for those who do not want to wait for Monday."""
    kept = reviewing.plan_of(request.user.workspace)
    if kept.pk is None:
        raise Http404
    at = timezone.now()
    week = sampling.week_of(at.astimezone(ZoneInfo(request.user.workspace.time_zone)).date())
    count = sum(reviewing.draw(kept, week=one, at=at) for one in (week - timedelta(days=7), week))
    said = ngettext("%(n)d conversation was chosen.", "%(n)d conversations were chosen.", count)
    messages.success(request, said % {"n": count})
    return redirect("coaching:desk")
