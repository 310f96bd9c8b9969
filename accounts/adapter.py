"""How django-allauth behaves here: people join by invitation only, links lead to our own address."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import browsers, sockets
from accounts.backends import is_refused_demo
from accounts.models import Agent
from accounts.secrets import decrypt, encrypt

FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address of the settings, not the one a request claims: a forged Host header must not get the key."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago need not prove it twice."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > FRESH_SECONDS

    def set_password(self, user: Agent, password: str) -> None:
        """Sessions of the old password are over, and so are the live connections that they opened."""
        super().set_password(user, password)
        sockets.close([user.pk])

    def logout(self, request: HttpRequest) -> None:
        """Other tabs of this browser stop listening too; other browsers come back by themselves."""
        agent_id = request.user.pk
        super().logout(request)
        if agent_id is not None:
            sockets.close([agent_id])

    def pre_login(self, request: HttpRequest, user: Agent, **kwargs: Any) -> HttpResponse | None:
        if is_refused_demo(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)  # type: ignore[no-any-return]

    def respond_user_inactive(self, request: HttpRequest, user: Agent) -> HttpResponse:
        """Only ever reached with the right password, so it tells nobody who has a login here."""
        return render(
            request,
            "account/account_inactive.html",
            {"is_demo": is_refused_demo(user)},
            status=403,
        )


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "WABA Inbox"

    def _get_site_name(self) -> str:
        return "WABA Inbox"

    def generate_authenticator_name(self, user: Agent, type: Authenticator.Type) -> str:
        """A passkey lives in a browser or a phone: its name says which."""
        return browsers.name_of(context.request.META.get("HTTP_USER_AGENT", ""))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where the workspace asks for a second step, the last one stays."""
        if not authenticator.user.workspace.requires_mfa:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())
