"""Inviting people and their coming in: an invitation is a link that works once, for seven days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import audit
from accounts.models import Agent, Invitation, Role, Team, Workspace, new_invitation_key

GOOD_FOR = timedelta(days=7)


class AlreadyHere(Exception):
    """Somebody with this address works in this workspace."""


class AddressTaken(Exception):
    """The address has a login that cannot be used here."""


class NoLongerValid(Exception):
    """The link was used, revoked, replaced or is too old."""


@transaction.atomic
def invite(
    workspace: Workspace,
    *,
    email: str,
    role: str,
    teams: Iterable[Team],
    language: str,
    by: Agent,
    address: str | None = None,
) -> tuple[Invitation, str]:
    """The invitation and the link to hand over; the link is mailed too. A new one replaces an open one."""
    email = email.strip().lower()
    if known := Agent.objects.filter(email__iexact=email).first():
        raise AlreadyHere if known.workspace_id == workspace.pk else AddressTaken
    open_invitations(workspace).filter(email__iexact=email).delete()
    invitation, link = _issue(workspace, email=email, role=role, language=language, by=by)
    invitation.teams.set(teams)
    audit.record(by, "invitation.sent", email, address, role=role)
    return invitation, link


@transaction.atomic
def found(name: str, *, email: str, language: str, time_zone: str) -> str:
    """A new workspace, and the link by which its first administrator comes in. Raises AddressTaken.

    Called from the command line (`manage.py create_workspace`): nobody is there yet who could invite.
    """
    email = email.strip().lower()
    if Agent.objects.filter(email__iexact=email).exists():
        raise AddressTaken
    workspace = Workspace.objects.create(name=name, language=language, time_zone=time_zone)
    return _issue(workspace, email=email, role=Role.ADMINISTRATOR, language=language, by=None)[1]


@transaction.atomic
def renew(invitation_id: int, *, by: Agent, address: str | None = None) -> tuple[Invitation, str]:
    """A new link for the same person; the old one ends."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id, accepted_at=None)
    key = new_invitation_key()
    invitation.key_hash, invitation.expires_at = _hash(key), timezone.now() + GOOD_FOR
    invitation.save(update_fields=["key_hash", "expires_at"])
    audit.record(by, "invitation.renewed", invitation.email, address)
    return invitation, _mail(invitation, key)


@transaction.atomic
def revoke(invitation_id: int, *, by: Agent, address: str | None = None) -> None:
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id, accepted_at=None)
    audit.record(by, "invitation.revoked", invitation.email, address)
    invitation.delete()


def find(key: str, *, at: datetime) -> Invitation:
    """The open invitation of a link. Raises NoLongerValid."""
    invitation = (
        Invitation.objects.select_related("workspace", "invited_by")
        .filter(key_hash=_hash(key), accepted_at=None, expires_at__gt=at)
        .first()
    )
    if invitation is None or Agent.objects.filter(email__iexact=invitation.email).exists():
        raise NoLongerValid
    return invitation


@transaction.atomic
def accept(
    key: str, *, name: str, language: str, password: str, at: datetime, address: str | None = None
) -> Agent:
    """Makes the agent. The link works once: its row is locked until that is decided."""
    Invitation.objects.select_for_update().filter(key_hash=_hash(key)).first()
    invitation = find(key, at=at)
    agent = Agent.objects.create_user(
        invitation.email,
        password,
        name=name,
        language=language,
        role=invitation.role,
        workspace=invitation.workspace,
        time_zone=invitation.workspace.time_zone,
    )
    agent.teams.set(invitation.teams.all())
    if agent.role == Role.AGENT:
        for team in invitation.teams.all():  # every number, for their own teams
            agent.seats.create(team=team)
    invitation.accepted_at, invitation.name = at, name
    invitation.save(update_fields=["accepted_at", "name"])
    audit.record(agent, "invitation.accepted", agent.email, address, role=agent.role)
    return agent


def open_invitations(workspace: Workspace) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(workspace=workspace, accepted_at=None)


def _issue(
    workspace: Workspace, *, email: str, role: str, language: str, by: Agent | None
) -> tuple[Invitation, str]:
    key = new_invitation_key()
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email,
        role=role,
        language=language,
        key_hash=_hash(key),
        invited_by=by,
        expires_at=timezone.now() + GOOD_FOR,
    )
    return invitation, _mail(invitation, key)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _mail(invitation: Invitation, key: str) -> str:
    """Mails the link once the invitation is stored, in the invited person's language, and gives it back."""
    link = settings.PUBLIC_URL + reverse("join", args=[key])
    with translation.override(invitation.language):
        subject = gettext("%(name)s invites you to %(workspace)s") % {
            "name": invitation.invited_by or invitation.workspace,
            "workspace": invitation.workspace,
        }
        body = render_to_string(
            "accounts/invitation.txt",
            {"invitation": invitation, "link": link, "days": GOOD_FOR.days},
        )
    transaction.on_commit(
        lambda: send_mail(subject, body, None, [invitation.email]),
        robust=True,  # a mail server that is away must not undo it: the link is on the page
    )
    return link
