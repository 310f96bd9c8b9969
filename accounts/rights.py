"""Which roles may open a page. One decorator for the views of every app; tests/test_rights.py walks all URLs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.models import Agent

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class AgentRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: somebody is signed in."""

    user: Agent


def has_second_step(agent: Agent) -> bool:
    """An app or a passkey; recovery codes alone are no second step."""
    steps = Authenticator.objects.filter(user=agent)
    return bool(steps.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def lacks_second_step(agent: Agent) -> bool:
    """Whether the workspace requires what this agent has not set up: then no page and no socket opens."""
    return agent.workspace.requires_mfa and not has_second_step(agent)


def role(*allowed: str) -> Callable[[View], View]:
    """Only these roles; others get the 403 page. Objects of another workspace are the view's own 404."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.role not in allowed:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(allowed)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate
