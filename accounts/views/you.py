"""What agents set for themselves: who they are, how pages look, how they sign in, where they are signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import availability, browsers, preferences, sockets
from accounts.forms import LookForm, MeForm, PresenceForm
from accounts.rights import AgentRequest


def me(request: AgentRequest) -> HttpResponse:
    form = MeForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        preferences.change_own(request.user.pk, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
        return redirect("accounts:me")
    status = 422 if form.errors else 200
    return render(request, "accounts/me.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def presence(request: AgentRequest) -> HttpResponse:
    """GET: who is there, for a page that comes back. POST: online, busy or away, by hand."""
    if request.method == "GET":
        found = availability.of_workspace(request.user.workspace_id)
        return JsonResponse({"presences": found})
    form = PresenceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    availability.choose(request.user.pk, at=timezone.now(), **form.cleaned_data)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect("accounts:me")


@require_POST
def look(request: AgentRequest) -> HttpResponse:
    """One choice of how pages look, or in which language: from the command palette."""
    form = LookForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    chosen = {field: value for field, value in form.cleaned_data.items() if value}
    if chosen:
        preferences.change_own(request.user.pk, **chosen)
    return HttpResponse(status=204)


@require_safe
def security(request: AgentRequest) -> HttpResponse:
    authenticators = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    by_type = {authenticator.type: authenticator for authenticator in authenticators}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": by_type.get(Authenticator.Type.TOTP),
        "passkeys": [a for a in authenticators if a.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": browsers.described(
            UserSession.objects.filter(user=request.user).order_by("-last_seen_at"),
            current=request.session.session_key,
        ),
    }
    return render(request, "accounts/security.html", context)


@require_POST
def sessions(request: AgentRequest) -> HttpResponse:
    """Signs out everywhere but here."""
    end_other_sessions(request, request.user)
    sockets.close([request.user.pk])  # this browser's comes back by itself, the others cannot
    messages.success(request, _("Signed out everywhere else."))
    return redirect("accounts:security")
