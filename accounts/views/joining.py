"""Where an invitation's link leads: no login needed, the link is the key."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import inviting
from accounts.forms import JoinForm
from accounts.rights import AgentRequest
from accounts.views._common import address_of


@sensitive_post_parameters("password")
@never_cache
@login_not_required
def join(request: AgentRequest, key: str) -> HttpResponse:
    try:
        invitation = inviting.find(key, at=timezone.now())
        form = JoinForm(
            request.POST or None,
            email=invitation.email,
            initial={"language": request.LANGUAGE_CODE or invitation.language},
        )
        if request.method == "POST" and form.is_valid():
            return _accept(request, key, form)
    except inviting.NoLongerValid:
        if not ratelimit.consume(request, app="allauth.account", action="join", limit_get=True):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        return render(request, "accounts/join_gone.html", status=410)
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/join.html", context, status=422 if form.errors else 200)


def _accept(request: AgentRequest, key: str, form: JoinForm) -> HttpResponse:
    agent = inviting.accept(
        key, at=timezone.now(), address=address_of(request), **form.cleaned_data
    )
    logout(request)  # somebody else may be signed in on this machine
    record_authentication(request, agent, method="password")
    return perform_login(request, Login(user=agent))  # type: ignore[no-any-return]
