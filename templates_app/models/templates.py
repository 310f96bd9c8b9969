"""Templates as Meta has them, and how far the poll of an account has come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import get_language

from templates_app import components, drifting
from templates_app.differing import Difference
from templates_app.models.states import TemplateState, word_for
from templates_app.reasons import Reason, rejection

FAR: Final = 10**13


def sort_key(seq: int, pk: int) -> str:
    """For a board: the newest change first; the id makes it one order."""
    return f"{FAR - seq:014d}.{FAR - pk:014d}"


class Written(models.Func):
    """All that can be read in Meta's JSON, without its keys."""

    template = "jsonb_path_query_array(%(expressions)s, '$.**.text')"
    output_field = models.JSONField()


class TemplateQuerySet(models.QuerySet["Template"]):
    def sendable(self) -> Self:
        return self.filter(status=TemplateState.APPROVED)

    def of(self, account_id: int) -> Self:
        return self.filter(account_id=account_id)

    def drifted(self) -> Self:
        """Those of which Meta says something else than we handed in: other words, or another category."""
        asked = models.Q(asked_category="") | models.Q(category="")
        moved = ~asked & ~models.Q(asked_category=models.F("category"))
        return self.filter(models.Q(drifted_at__isnull=False) | moved)

    def saying(self, asked: str) -> Self:
        """Those whose name or words hold all of these pieces."""
        found = self.annotate(written=Cast(Written("components"), models.TextField()))
        for piece in asked.split()[:8]:
            found = found.filter(
                models.Q(name__icontains=piece) | models.Q(written__icontains=piece)
            )
        return found


class Template(models.Model):
    """One language of one template. Name and language are the key; Meta's id changes when it is made anew."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="templates"
    )
    meta_id = models.CharField(max_length=32, blank=True, default="", db_index=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=24, blank=True, default="")
    status = models.CharField(max_length=24, default=TemplateState.PENDING)
    quality = models.CharField(max_length=16, default="UNKNOWN")
    parameter_format = models.CharField(max_length=16, default="POSITIONAL")
    components = models.JSONField(default=list)  # as Meta has them: see components.py
    lifetime = models.IntegerField(null=True, blank=True)  # seconds, as Meta writes it: content.py
    sources = models.JSONField(default=dict, blank=True)  # by variable: see sources.py
    rejected_reason = models.CharField(max_length=64, blank=True, default="")
    rejection_note = models.TextField(blank=True, default="")
    synced_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField(default=0)  # of its latest change (events/journal.py)
    former_ids = models.JSONField(default=list, blank=True)  # of those of this name that are gone
    # When Meta last said so, by its own clock: what was said earlier and comes later moves nothing.
    status_at = models.DateTimeField(null=True, blank=True)
    quality_at = models.DateTimeField(null=True, blank=True)
    category_at = models.DateTimeField(null=True, blank=True)
    components_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    category_due = models.CharField(max_length=24, blank=True, default="")  # announced by Meta
    category_due_at = models.DateTimeField(null=True, blank=True)
    asked_category = models.CharField(
        max_length=24, blank=True, default="", db_default=""
    )  # that we handed in last; empty if never, or if Meta's is ours now
    ours = models.JSONField(null=True, blank=True)  # what we handed in last, see drifting.snapshot
    drifted_at = models.DateTimeField(null=True, blank=True)  # since when Meta says something else
    figures_at = models.DateTimeField(null=True, blank=True)  # when Meta's analytics were asked
    appealed_at = models.DateTimeField(null=True, blank=True)  # noted by a person

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="template_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "status", "-seq", "id"], name="template_board"),
            models.Index(fields=["account", "seq"], name="template_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def status_words(self) -> str:
        return word_for(self.status)

    @property
    def category_due_words(self) -> str:
        return word_for(self.category_due)

    @property
    def category_words(self) -> str:
        return word_for(self.category)

    @property
    def asked_category_words(self) -> str:
        return word_for(self.asked_category)

    @property
    def is_recategorised(self) -> bool:
        """Meta has put it into another category than we asked for."""
        return bool(self.category) and self.asked_category not in ("", self.category)

    @property
    def recategorised_at(self) -> datetime | None:
        moves = self.history.filter(kind="category", after=self.category, is_late=False)
        latest = moves.first()
        return latest.at if latest else self.category_at

    @property
    def body(self) -> str:
        return components.read(self.components).body

    @property
    def sort(self) -> str:
        return sort_key(self.seq, self.pk)

    @property
    def rejection(self) -> Reason | None:
        """Why Meta refused it, in the reader's language."""
        refused = self.status == TemplateState.REJECTED
        return rejection(self.rejected_reason, get_language() or "en") if refused else None

    def take_id(self, meta_id: str) -> None:
        """Meta's id of it; another one means that it was made anew, and its quality begins anew. Not saved here."""
        if not meta_id or meta_id == self.meta_id:
            return
        if self.meta_id:
            self.former_ids = [*self.former_ids, self.meta_id][-20:]
            self.quality, self.quality_at, self.paused_until = "UNKNOWN", None, None
        self.meta_id = meta_id

    @property
    def drift(self) -> list[Difference]:
        """Where Meta's words are not those that we handed in."""
        theirs = drifting.snapshot(self.components, self.parameter_format)
        return drifting.differences(self.ours, theirs)

    def note_drift(self, at: datetime) -> None:
        """Call when the words have changed. Not saved here."""
        self.drifted_at = (self.drifted_at or at) if self.drift else None

    @property
    def is_editable(self) -> bool:
        """Meta changes only these; others must be made anew."""
        return self.status in EDITABLE


EDITABLE = frozenset({TemplateState.APPROVED, TemplateState.REJECTED, TemplateState.PAUSED})


class TemplateSync(models.Model):
    """How far the poll of an account has come. One that stopped goes on where it was, while its cursor is good."""

    account = models.OneToOneField(
        "accounts.BusinessAccount",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="template_sync",
    )
    started_at = models.DateTimeField()
    page_at = models.DateTimeField()  # of the latest page
    after = models.CharField(max_length=500, blank=True, default="")  # Meta's cursor
    seen = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.account_id}: {self.seen}"
