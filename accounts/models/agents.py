"""The people who work here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models.roles import SEES_EVERY_CONVERSATION, WORKS_CONVERSATIONS, Role, Sight
from accounts.models.workspaces import Workspace
from accounts.seats import SeatAt


class Presence(models.TextChoices):
    """What an agent says of themselves, or, without a line to us, what we say (accounts/availability.py)."""

    ONLINE = "online", pgettext_lazy("person", "Online")
    BUSY = "busy", pgettext_lazy("person", "Busy")
    AWAY = "away", pgettext_lazy("person", "Away")
    OFFLINE = "offline", pgettext_lazy("person", "Offline")


class AgentManager(BaseUserManager["Agent"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Agent:
        agent = self.model(email=email.strip().lower(), **fields)
        agent.set_password(password)
        agent.save()
        return agent

    def working(self, *workspace_ids: int) -> models.QuerySet[Agent]:
        """The active people of these workspaces who answer conversations."""
        return self.filter(
            workspace_id__in=workspace_ids, is_active=True, role__in=WORKS_CONVERSATIONS
        )


class Agent(AbstractBaseUser, PermissionsMixin):
    """Who works here. Belongs to one workspace; what they see follows from their role and seats."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="agents")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.AGENT)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=8, default="system")
    density = models.CharField(max_length=12, default="comfortable")
    enter_sends = models.BooleanField(default=True)
    undo_seconds = models.PositiveSmallIntegerField(default=5)  # what is sent waits so long
    is_active = models.BooleanField(default=True)
    is_staff = False
    last_seen_at = models.DateTimeField(null=True, blank=True)
    sight = models.CharField(
        max_length=4, choices=Sight.choices, blank=True, default=""
    )  # empty: as the role has it
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)  # None: the workspace's
    chosen_presence = models.CharField(
        max_length=8, choices=Presence.choices, default=Presence.ONLINE
    )  # by hand
    presence = models.CharField(
        max_length=8, choices=Presence.choices, default=Presence.OFFLINE
    )  # what colleagues see
    line_at = models.DateTimeField(null=True, blank=True)  # when a browser was last on the line
    list_orders = models.JSONField(default=dict, blank=True)  # by saved view, or "": viewing.py
    created_at = models.DateTimeField(default=timezone.now)

    objects = AgentManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="agent_email_any_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def works_conversations(self) -> bool:
        return self.role in WORKS_CONVERSATIONS

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        """One of twelve colours for the face; the same one everywhere and for ever."""
        return self.pk % 12

    @property
    def short_name(self) -> str:
        """“Anna K.”: what colleagues see under a message."""
        first, _space, rest = self.name.partition(" ")
        return f"{first} {rest[0]}." if rest else first

    def seats_at(self) -> list[SeatAt]:
        """This agent's seats as values; managers and administrators sit everywhere, finance nowhere."""
        if not self.is_active or not self.works_conversations:
            return []
        sight = self.sees
        places: list[tuple[int | None, int | None]] = (
            [(None, None)]
            if self.role in SEES_EVERY_CONVERSATION
            else [(seat.number_id, seat.team_id) for seat in self.seats.all()]
        )
        belongs = sight == Sight.TEAM and places
        teams = frozenset(team.pk for team in self.teams.all()) if belongs else frozenset()
        return [
            SeatAt(self.workspace_id, number, team, sight=sight, agent=self.pk, teams=teams)
            for number, team in places
        ]

    @property
    def sees(self) -> str:
        """How much of what the seats open: the person's own setting, else the role's. Administrators see all."""
        if self.role == Role.ADMINISTRATOR:
            return Sight.ALL.value
        if self.sight:
            return self.sight
        is_manager = self.role == Role.MANAGER
        return self.workspace.manager_sight if is_manager else self.workspace.agent_sight

    @property
    def phones(self) -> str:
        return self.workspace.phones_for(self.role)

    @property
    def audience(self) -> str:
        """Who is pushed the same rendering: those who read one language and see as much of the numbers."""
        return f"{self.language}.{self.phones}"

    @property
    def leads(self) -> bool:
        """Managers and administrators: what binds agents to their own conversations does not bind them."""
        return self.role in SEES_EVERY_CONVERSATION


def initials(name: str) -> str:
    """Two letters for a face: of the first and the last word that starts with a letter or digit."""
    words = [word for word in name.replace("«", " ").replace("»", " ").split() if word[0].isalnum()]
    if not words:
        return name.strip()[:1].upper() or "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()
