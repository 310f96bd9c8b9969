"""Sign-in by e-mail and password; demo logins are refused wherever DEBUG is off."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from accounts.models import Agent

DEMO_DOMAIN = "@demo.waba-inbox.test"


def is_refused_demo(agent: Any) -> bool:
    """A login that everybody can read in our documents must not open a real site."""
    return not settings.DEBUG and str(getattr(agent, "email", "")).endswith(DEMO_DOMAIN)


class AgentBackend(AuthenticationBackend):
    def user_can_authenticate(self, user: Any) -> bool:
        return bool(super().user_can_authenticate(user)) and not is_refused_demo(user)

    def get_user(self, user_id: int) -> Agent | None:
        """With the workspace: every page needs it. Asked on each request, so a deactivated agent is out at once."""
        agent = Agent.objects.select_related("workspace").filter(pk=user_id).first()
        return agent if agent and self.user_can_authenticate(agent) else None
