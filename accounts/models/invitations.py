"""How somebody comes to work here."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone

from accounts.models.agents import Agent
from accounts.models.roles import Role
from accounts.models.teams import Team
from accounts.models.workspaces import Workspace


def new_invitation_key() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """An e-mailed link by which somebody joins the workspace once."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.AGENT)
    language = models.CharField(max_length=8, default="en")
    teams = models.ManyToManyField(Team, blank=True)
    key_hash = models.CharField(max_length=64, unique=True)  # sha-256 of the key in the link
    invited_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email
