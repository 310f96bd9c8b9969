"""Around every page: language, zone, how numbers are shown, when the agent was last seen, a second step if required."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from accounts import masking
from accounts.models import Agent
from accounts.rights import has_second_step

NextStep = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY = timedelta(minutes=1)
HAS_SECOND_STEP = "has_second_step"
ENTRANCE = "/accounts/"  # where the second step is set up, and the way out
SECOND_STEP = "/accounts/2fa/"


class AgentLocaleMiddleware:
    def __init__(self, get_response: NextStep) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agent = request.user
        if agent.is_authenticated:
            language, zone, phones = agent.language, agent.time_zone, agent.phones
        else:  # the sign-in page follows the browser
            language, zone = translation.get_language_from_request(request), "UTC"
            phones = masking.HIDDEN
        with (
            masking.shown(phones),
            translation.override(language),
            timezone.override(zoneinfo.ZoneInfo(zone)),
        ):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class LastSeenMiddleware:
    """Once a minute at most, so that a busy agent costs no writes."""

    def __init__(self, get_response: NextStep) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agent, now = request.user, timezone.now()
        if agent.is_authenticated and (
            agent.last_seen_at is None or now - agent.last_seen_at > SEEN_EVERY
        ):
            Agent.objects.filter(pk=agent.pk).update(last_seen_at=now)
            UserSession.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=now
            )
        return self.get_response(request)


class SecondStepMiddleware:
    """In a workspace that requires it, agents without a second step are led to set one up before anything else."""

    def __init__(self, get_response: NextStep) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SECOND_STEP):
            request.session.pop(HAS_SECOND_STEP, None)  # it may be gone after this: ask again
        elif not request.path.startswith(ENTRANCE) and self._is_missing(request):
            return redirect(reverse("mfa_activate_totp"))
        return self.get_response(request)

    def _is_missing(self, request: HttpRequest) -> bool:
        agent = request.user
        if not agent.is_authenticated or not agent.workspace.requires_mfa:
            return False
        if request.session.get(HAS_SECOND_STEP):
            return False
        if has_second_step(agent):
            request.session[HAS_SECOND_STEP] = True
            return False
        return True
