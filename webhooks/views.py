"""What Meta told us and we could not take in: an administrator sees the reason and the words, and tries again."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.models import BusinessAccount, MetaApp, Role
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from webhooks import quarantine as keeping
from webhooks import self_testing
from webhooks.models import Quarantined
from whatsapp.numerals import whole

PAGE = 50
AT_ONCE = 200
ADMINISTRATOR = Role.ADMINISTRATOR.value


@role(ADMINISTRATOR)
@require_POST
def self_test(request: AgentRequest, app_id: int) -> HttpResponse:
    """Post to our own address as Meta would; the outcome stands on the checklist from which this was asked."""
    app = mine(MetaApp.objects.all(), request, app_id)
    tested = self_testing.run(app.pk, by=request.user, address=address_of(request))
    if tested.webhook_problem:
        messages.error(request, _("The test failed. The checklist says why."))
    else:
        said = _("There and processed in %(ms)s ms.") % {"ms": tested.webhook_ms}
        messages.success(request, said)
    account = whole(request.POST.get("account", ""))
    if account is None:
        return redirect("accounts:app", app.pk)
    row = mine(BusinessAccount.objects.all(), request, account)
    return redirect("setup:account", row.pk)


@role(ADMINISTRATOR)
@require_safe
def quarantine(request: AgentRequest) -> HttpResponse:
    rows = keeping.open_for(request.user.workspace)
    if before := whole(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "webhooks/quarantine.html", {"rows": found[:PAGE], "older": older})


@role(ADMINISTRATOR)
@require_safe
def held(request: AgentRequest, held_id: int) -> HttpResponse:
    row = _row(request, held_id)
    raw = json.dumps(row.raw, indent=2, ensure_ascii=False, sort_keys=True)
    return render(request, "webhooks/held.html", {"row": row, "raw": raw})


@role(ADMINISTRATOR)
@require_POST
def replay(request: AgentRequest, held_id: int) -> HttpResponse:
    row = _row(request, held_id)
    is_done = keeping.replay(row)
    audit.record(request.user, "quarantine.replayed", str(row.pk), went_through=is_done)
    if is_done:
        messages.success(request, _("It went through."))
        return redirect("webhooks:quarantine")
    messages.error(request, _("It was held back again: the reason is below."))
    return redirect("webhooks:held", held_id=row.pk)


@role(ADMINISTRATOR)
@require_POST
def replay_all(request: AgentRequest) -> HttpResponse:
    done, held_again = keeping.replay_all(keeping.open_for(request.user.workspace)[:AT_ONCE])
    audit.record(request.user, "quarantine.replayed", "", went_through=done, held_again=held_again)
    if done:
        words = ngettext("%(count)d went through.", "%(count)d went through.", done)
        messages.success(request, words % {"count": done})
    if held_again:
        words = ngettext(
            "%(count)d was held back again.", "%(count)d were held back again.", held_again
        )
        messages.error(request, words % {"count": held_again})
    return redirect("webhooks:quarantine")


@role(ADMINISTRATOR)
@require_POST
def closure(request: AgentRequest, held_id: int) -> HttpResponse:
    row = _row(request, held_id)
    keeping.resolve(row)
    audit.record(request.user, "quarantine.closed", str(row.pk), reason=row.reason[:200])
    messages.success(request, _("Marked as dealt with."))
    return redirect("webhooks:quarantine")


def _row(request: AgentRequest, held_id: int) -> Quarantined:
    rows = Quarantined.objects.filter(workspace_id=request.user.workspace_id)
    return get_object_or_404(rows.select_related("envelope"), pk=held_id)
