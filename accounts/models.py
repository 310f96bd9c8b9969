"""Who we are: workspaces, agents and their seats, and the WhatsApp accounts and numbers that they work on."""

from __future__ import annotations

import secrets
from datetime import time
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import masking
from accounts.seats import ALL, OWN, TEAM, SeatAt
from accounts.secrets import SecretField


class Sight(models.TextChoices):
    """How much of what their seats open somebody sees (accounts/seats.py)."""

    ALL = ALL, _("All conversations")
    TEAM = TEAM, _("Those of their teams, and their own")
    OWN = OWN, _("Only those assigned to them")


class Phones(models.TextChoices):
    """How much of a customer's number a role is shown (accounts/masking.py)."""

    FULL = masking.FULL, _("The whole number")
    LAST_FOUR = masking.LAST_FOUR, _("The last four digits")
    HIDDEN = masking.HIDDEN, _("Nothing of it")


class Reasons(models.TextChoices):
    """Whether whoever resolves a conversation says why. Without a list of reasons nobody is asked."""

    OPTIONAL = "optional", _("May be chosen")
    REQUIRED = "required", _("Must be chosen")


class ComingBack(models.TextChoices):
    """Whose a resolved conversation is when its customer writes again (conversations/coming_back.py)."""

    PASS_ON = "pass_on", _("Is handed out again if that person is offline")
    KEEP = "keep", _("Always stays with whoever had it")


class Workspace(models.Model):
    """One client company. `last_seq` is the number of its latest change (events/journal.py)."""

    name = models.CharField(max_length=120)
    last_seq = models.BigIntegerField(default=0)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=8, default="en")
    requires_mfa = models.BooleanField(default=False)
    notices_show_text = models.BooleanField(default=False)  # names and words in pushes and mails
    shows_read = models.BooleanField(default=True)  # customers see that their message was read
    shows_typing = models.BooleanField(default=True)  # and that an answer is being written
    agent_sight = models.CharField(max_length=4, choices=Sight.choices, default=Sight.ALL)
    manager_sight = models.CharField(max_length=4, choices=Sight.choices, default=Sight.ALL)
    capacity = models.PositiveSmallIntegerField(default=20)  # open conversations an agent is given
    away_minutes = models.PositiveSmallIntegerField(default=3)  # without a line: then offline
    coming_back = models.CharField(
        max_length=8, choices=ComingBack.choices, default=ComingBack.PASS_ON
    )
    only_assignee_replies = models.BooleanField(default=False)
    reasons = models.CharField(max_length=8, choices=Reasons.choices, default=Reasons.OPTIONAL)
    morning = models.TimeField(default=time(9, 0))  # when what is snoozed for a day comes back
    agent_phones = models.CharField(max_length=6, choices=Phones.choices, default=Phones.FULL)
    manager_phones = models.CharField(max_length=6, choices=Phones.choices, default=Phones.FULL)
    finance_phones = models.CharField(
        max_length=6, choices=Phones.choices, default=Phones.LAST_FOUR
    )
    loud_alerts = models.PositiveIntegerField(default=0)  # at the gauge: quality/showing.py
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    def take_numbers(self, count: int) -> int:
        """Take the next `count` numbers and return the first. Holds the workspace's row until commit: call last."""
        row = Workspace.objects.raw(
            "UPDATE accounts_workspace SET last_seq = last_seq + %s WHERE id = %s RETURNING id, last_seq",
            [count, self.pk],
        )[0]
        self.last_seq = row.last_seq
        return row.last_seq - count + 1

    def phones_for(self, role: str) -> str:
        """How somebody of this role sees customers' numbers. Administrators set it, and see them whole."""
        if role == Role.ADMINISTRATOR:
            return Phones.FULL.value
        return {
            Role.MANAGER: self.manager_phones,
            Role.FINANCE: self.finance_phones,
        }.get(Role(role), self.agent_phones)


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    ADMINISTRATOR = "administrator", _("Administrator")


SEES_EVERY_CONVERSATION = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
WORKS_CONVERSATIONS = frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR})


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


class Handing(models.TextChoices):
    """How a team's waiting conversations find somebody (conversations/choosing.py)."""

    OFF = "off", _("People take them themselves")
    ROUND_ROBIN = "round_robin", _("In turn")
    LEAST_BUSY = "least_busy", _("To whoever has the fewest open")


class Team(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    handing = models.CharField(max_length=12, choices=Handing.choices, default=Handing.OFF)
    is_sticky = models.BooleanField(default=True)  # first whoever last handled this customer
    last_given_to = models.BigIntegerField(null=True, blank=True)  # whose turn it was

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MetaApp(models.Model):
    """The app at developers.facebook.com whose webhooks we receive: its secret signs them."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, null=True, blank=True, related_name="apps"
    )
    app_id = models.CharField(max_length=32, unique=True)
    secret = SecretField()
    verify_token = SecretField()
    webhook_tested_at = models.DateTimeField(null=True, blank=True)  # webhooks/self_testing.py
    webhook_problem = models.CharField(max_length=24, blank=True, default="")  # empty: all well
    webhook_ms = models.PositiveIntegerField(null=True, blank=True)  # there, stored and processed

    def __str__(self) -> str:
        return self.app_id


class PricingPlan(models.TextChoices):
    """Which of Meta's rules hold for an account; the free-form window depends on it (conversations/window.py)."""

    CONVERSATION_2022 = "cbp_initiator", _("Conversations by initiator (2022)")
    CURRENT = "current", _("Per message (Meta’s current model)")


class BusinessAccount(models.Model):
    """A WhatsApp Business Account (WABA)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="accounts")
    app = models.ForeignKey(MetaApp, on_delete=models.PROTECT, related_name="accounts")
    waba_id = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    pricing_plan = models.CharField(
        max_length=16, choices=PricingPlan.choices, default=PricingPlan.CURRENT
    )
    token = SecretField()
    token_problem = models.TextField(
        blank=True, default=""
    )  # Meta's words while the token does not work
    checked_at = models.DateTimeField(null=True, blank=True)  # when Meta last confirmed the token
    subscribed_at = models.DateTimeField(null=True, blank=True)  # since when it sends us webhooks
    is_limit_full = models.BooleanField(
        default=False
    )  # as many people as Meta's limit allows were written to first in 24 h
    restriction = models.CharField(max_length=120, blank=True, default="")  # Meta's types of it
    marketing_budget_spent_at = models.DateTimeField(
        null=True, blank=True
    )  # no marketing until the month ends: billing writes it, conversations/admission.py asks
    templates_synced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class PhoneNumberQuerySet(models.QuerySet["PhoneNumber"]):
    def known_as(self, *, waba_id: str, phone_number_id: str, display: str) -> Self:
        """The number a webhook means: by id, or, where Meta sends none, by how it is displayed in that account."""
        if phone_number_id:
            return self.filter(phone_number_id=phone_number_id)
        digits = "".join(filter(str.isdigit, display))
        return self.filter(account__waba_id=waba_id, digits=digits)


class PhoneNumber(models.Model):
    """One business number."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="numbers")
    account = models.ForeignKey(BusinessAccount, on_delete=models.PROTECT, related_name="numbers")
    phone_number_id = models.CharField(max_length=32, unique=True)
    display_phone_number = models.CharField(max_length=32)
    digits = models.CharField(max_length=20, db_index=True)
    verified_name = models.CharField(max_length=160, blank=True, default="")
    label = models.CharField(max_length=40)  # what the team calls it: “Shop”
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True)
    quality_rating = models.CharField(max_length=16, default="UNKNOWN")
    messaging_limit = models.CharField(max_length=24, blank=True, default="")
    messages_per_second = models.PositiveIntegerField(default=80)
    status = models.CharField(max_length=24, default="CONNECTED")
    is_active = models.BooleanField(default=True)
    held_reason = models.CharField(
        max_length=32, blank=True, default=""
    )  # an error code that stops all sends
    hours = models.JSONField(null=True, blank=True)  # business hours: accounts/hours.py
    gates_lifted_until = models.DateTimeField(
        null=True, blank=True
    )  # an administrator lets marketing pass (conversations/gates.py)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PhoneNumberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["label", "pk"]

    def __str__(self) -> str:
        return f"{self.label} ({self.display_phone_number})"


class Seat(models.Model):
    """Lets an agent into a number (None: all) for a team (None: all). See accounts/seats.py."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="seats")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "agent", "number", "team", name="seat_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} at {self.number or 'all numbers'}, {self.team or 'all teams'}"


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


class AuditEntry(models.Model):
    """Who did which administrative act, when, and from where. Written by accounts/audit.py, never changed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True)
    act = models.CharField(max_length=64)  # "agent.role_changed": subject.past-participle
    subject = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-id"], name="audit_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
