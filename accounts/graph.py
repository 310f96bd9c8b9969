"""The only place that builds a Graph client: with the account's token, against the address of the settings."""

from __future__ import annotations

from django.conf import settings

from accounts.models import BusinessAccount, PhoneNumber
from whatsapp.client import GraphClient


def graph_for(owner: PhoneNumber | BusinessAccount) -> GraphClient:
    account = owner.account if isinstance(owner, PhoneNumber) else owner
    return graph_with(account.token, app_secret=account.app.secret)


def graph_with(token: str, *, app_secret: str = "") -> GraphClient:
    """For ids and tokens that are not stored yet: the settings pages try them first."""
    return GraphClient(
        settings.GRAPH_URL,
        settings.GRAPH_VERSION,
        token,
        app_secret=app_secret,
        timeout=settings.GRAPH_TIMEOUT,
    )
