"""Internal approval: a colleague looks at a draft, comments, approves or returns it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Role
from accounts.rights import AgentRequest, role
from templates_app import forms, reviewing
from templates_app.refusals import Moved, NotReady, NotYours
from templates_app.views._common import WRITERS, address_of, my_draft


def _done(request: AgentRequest, draft_id: int, act: Callable[[], object]) -> HttpResponse:
    """Do it and go back to the draft; what stood against it is said in words."""
    try:
        act()
    except Moved:
        messages.error(request, _("The draft has changed meanwhile. Look at it again."))
    except NotReady:
        messages.error(request, _("Meta would refuse it as it is: mend what is marked red first."))
    except NotYours:
        messages.error(request, _("Nobody approves their own draft. Ask a colleague."))
    return redirect("templates_app:draft", draft_id)


def _seen(request: AgentRequest) -> int:
    return forms.number(request.POST.get("version", "")) or 0


def _text(request: AgentRequest) -> str:
    return request.POST.get("text", "").replace("\x00", "")


@role(*WRITERS)
@require_POST
def hand_in(request: AgentRequest, draft_id: int) -> HttpResponse:
    row = my_draft(request, draft_id)
    return _done(
        request,
        row.pk,
        lambda: reviewing.hand_in(
            row.pk, seen=_seen(request), text=_text(request), by=request.user, at=timezone.now()
        ),
    )


@role(*WRITERS)
@require_POST
def decide(request: AgentRequest, draft_id: int) -> HttpResponse:
    """`decision`: "approve" or "return"; what is returned says why."""
    row = my_draft(request, draft_id)
    verb = reviewing.approve if request.POST.get("decision") == "approve" else reviewing.give_back
    if verb is reviewing.give_back and not _text(request).strip():
        messages.error(request, _("Say what is to be changed, then return it."))
        return redirect("templates_app:draft", row.pk)
    return _done(
        request,
        row.pk,
        lambda: verb(
            row.pk,
            seen=_seen(request),
            text=_text(request),
            by=request.user,
            address=address_of(request),
        ),
    )


@role(*WRITERS)
@require_POST
def take_back(request: AgentRequest, draft_id: int) -> HttpResponse:
    row = my_draft(request, draft_id)
    return _done(request, row.pk, lambda: reviewing.take_back(row.pk, by=request.user))


@role(*WRITERS)
@require_POST
def comment(request: AgentRequest, draft_id: int) -> HttpResponse:
    row = my_draft(request, draft_id)
    return _done(
        request, row.pk, lambda: reviewing.comment(row.pk, text=_text(request), by=request.user)
    )


@role(Role.ADMINISTRATOR)
@require_POST
def choose(request: AgentRequest) -> HttpResponse:
    """Switch internal approval on or off for the workspace."""
    four_eyes = "four_eyes" in request.POST
    reviewing.choose(
        request.user.workspace, four_eyes=four_eyes, by=request.user, address=address_of(request)
    )
    said = _("Drafts go to Meta without a colleague’s approval.")
    if four_eyes:
        said = _("Drafts need a colleague’s approval.")
    messages.success(request, said)
    return redirect("templates_app:templates")
