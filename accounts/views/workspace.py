"""The workspace itself: its name, what newcomers start with, whether a second step is required."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import preferences
from accounts.forms import WorkspaceForm
from accounts.models import Workspace
from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, address_of


@role(ADMINISTRATOR)
def workspace(request: AgentRequest) -> HttpResponse:
    row = Workspace.objects.get(pk=request.user.workspace_id)
    form = WorkspaceForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        preferences.change_workspace(
            by=request.user, address=address_of(request), **form.cleaned_data
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:workspace")
    status = 422 if form.errors else 200
    return render(request, "accounts/workspace.html", {"form": form}, status=status)
