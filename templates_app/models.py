"""Message templates as Meta knows them, and what happened to each."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from templates_app import components
from templates_app.content import DraftContent, from_json
from templates_app.reasons import Reason, rejection

FAR: Final = 10**13


def sort_key(seq: int, pk: int) -> str:
    """For a board: the newest change first; the id makes it one order."""
    return f"{FAR - seq:014d}.{FAR - pk:014d}"


class TemplateState(models.TextChoices):
    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("In review")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")
    IN_APPEAL = "IN_APPEAL", _("In appeal")
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", _("Limit exceeded")
    PENDING_DELETION = "PENDING_DELETION", _("Being deleted")
    DELETED = "DELETED", _("Deleted")
    ARCHIVED = "ARCHIVED", _("Archived")


class Category(models.TextChoices):
    MARKETING = "MARKETING", pgettext_lazy("category", "Marketing")
    UTILITY = "UTILITY", _("Utility")
    AUTHENTICATION = "AUTHENTICATION", _("Authentication")


class TemplateQuerySet(models.QuerySet["Template"]):
    def sendable(self) -> Self:
        return self.filter(status=TemplateState.APPROVED)

    def of(self, account_id: int) -> Self:
        return self.filter(account_id=account_id)


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
        return _word_for(self.status)

    @property
    def category_due_words(self) -> str:
        return _word_for(self.category_due)

    @property
    def category_words(self) -> str:
        return _word_for(self.category)

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
    def is_editable(self) -> bool:
        """Meta changes only these; others must be made anew."""
        return self.status in EDITABLE


EDITABLE = frozenset({TemplateState.APPROVED, TemplateState.REJECTED, TemplateState.PAUSED})


class TemplateEvent(models.Model):
    """One thing that happened to a template: from a webhook, a poll or a person."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="history")
    kind = models.CharField(max_length=32)  # "status", "quality", "category", "components"
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    source = models.CharField(max_length=16, default="webhook")
    is_late = models.BooleanField(default=False)  # came after newer news, and moved nothing
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.template_id} {self.kind} {self.before} → {self.after}"

    @property
    def kind_words(self) -> str:
        return str(KIND_WORDS.get(self.kind, self.kind))

    @property
    def before_words(self) -> str:
        return _word_for(self.before)

    @property
    def after_words(self) -> str:
        return _word_for(self.after)

    @property
    def source_words(self) -> str:
        return str(SOURCE_WORDS.get(self.source, self.source))


KIND_WORDS = {
    "status": _("State"),
    "quality": _("Quality"),
    "category": _("Category"),
    "category_due": _("Category will change"),
    "components": _("Words changed"),
    "submitted": _("Submitted to Meta"),
    "deleted": _("Deleted at Meta"),
    "made_anew": _("Made anew under the same name"),
    "appeal": _("Appeal noted"),
    "unpaused": _("Pause ended by hand"),
}
SOURCE_WORDS = {
    "webhook": _("Meta told us"),
    "poll": _("we asked Meta"),
    "person": _("by a person"),
    "answer": _("Meta answered"),
}


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


class DeskSettings(models.Model):
    """What a workspace chose for its desk. No row: as it comes."""

    workspace = models.OneToOneField(
        "accounts.Workspace", on_delete=models.CASCADE, primary_key=True, related_name="desk"
    )
    four_eyes = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"desk of {self.workspace_id}"


class DraftState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review inside")
    READY = "ready", _("Approved inside")
    SUBMITTED = "submitted", _("Submitted")


class DraftQuerySet(models.QuerySet["Draft"]):
    def under_way(self) -> Self:
        """Those still being written, and those on their way that Meta has not taken yet."""
        taken = Submission.objects.filter(
            draft=models.OuterRef("pk"), state=SubmissionState.ACCEPTED
        )
        return self.exclude(models.Q(models.Exists(taken)) & models.Q(state=DraftState.SUBMITTED))


class Draft(models.Model):
    """What somebody is writing. `version` grows with every save, so that two editors never overwrite each other."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="drafts"
    )
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, blank=True, related_name="drafts"
    )  # which it changes; none while it is new
    name = models.CharField(
        max_length=600, blank=True, default=""
    )  # longer than Meta allows, so that we can say so
    language = models.CharField(max_length=16, blank=True, default="")
    category = models.CharField(
        max_length=24, choices=Category, blank=True, default=Category.UTILITY
    )
    content = models.JSONField(default=dict)  # see content.py
    reason = models.TextField(blank=True, default="")  # why Meta refused what it corrects
    state = models.CharField(max_length=16, choices=DraftState, default=DraftState.DRAFT)
    version = models.IntegerField(default=1)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )  # who saved last
    seq = models.BigIntegerField(default=0)  # of its latest change that a board shows
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # to a colleague, for approval
    needed_at = models.DateTimeField(null=True, blank=True)  # by when it must be approved
    reminded = models.CharField(max_length=16, blank=True, default="")  # of which lateness, last
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["account", "seq"], name="draft_changes")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def sort(self) -> str:
        return sort_key(self.seq, self.pk)

    @property
    def whole(self) -> DraftContent:
        """The value that the rules judge."""
        return DraftContent(
            name=self.name,
            language=self.language,
            category=self.category,
            content=from_json(self.content),
        )


class DraftVersion(models.Model):
    """What a draft said, who wrote it and when. One sitting of one person is one row; what was handed in stays."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()  # the draft's own at the end of the sitting
    name = models.CharField(max_length=600, blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")
    category = models.CharField(max_length=24, blank=True, default="")
    content = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_sealed = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "version"], name="draft_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} v{self.version}"

    @property
    def whole(self) -> DraftContent:
        return DraftContent(
            name=self.name,
            language=self.language,
            category=self.category,
            content=from_json(self.content),
        )


class NoteKind(models.TextChoices):
    COMMENT = "comment", _("Comment")
    HANDED_IN = "handed_in", _("Handed in for approval")
    APPROVED = "approved", pgettext_lazy("a colleague", "Approved")
    RETURNED = "returned", _("Returned")
    TAKEN_BACK = "taken_back", _("Taken back")


class DraftNote(models.Model):
    """What colleagues say of a draft among themselves, and what they decide."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=16, choices=NoteKind)
    text = models.TextField(blank=True, default="")
    version = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.kind}"


class AlertKind(models.TextChoices):
    REJECTED = "rejected", _("Template rejected")
    PAUSED = "paused", _("Template paused")
    DISABLED = "disabled", _("Template disabled")
    CATEGORY = "category", _("Category changed")
    CATEGORY_DUE = "category_due", _("Category will change")
    QUALITY = "quality", _("Quality dropped")
    NEEDED_SOON = "needed_soon", _("Template needed soon")
    LATE = "late", _("Template late")
    MISSED = "missed", _("Template not there in time")


class TemplateAlert(models.Model):
    """What a manager must hear of. Open until somebody has seen to it."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="template_alerts"
    )
    kind = models.CharField(max_length=16, choices=AlertKind)
    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, null=True, blank=True, related_name="desk_alerts"
    )
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="desk_alerts"
    )
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "-at"],
                condition=models.Q(closed_at=None),
                name="template_alert_open",
            ),
            models.Index(
                fields=["id"], condition=models.Q(mailed_at=None), name="template_alert_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def name(self) -> str:
        row = self.template or self.draft
        return f"{row.name} ({row.language})" if row else ""

    @property
    def is_bad(self) -> bool:
        return self.kind in (AlertKind.REJECTED, AlertKind.DISABLED, AlertKind.MISSED)

    @property
    def address(self) -> str:
        if self.draft_id:
            return reverse("templates_app:draft", args=[self.draft_id])
        return reverse("templates_app:template", args=[self.template_id])

    @property
    def words(self) -> str:
        """One sentence in the reader's language: what happened and what to do."""
        said = ALERT_WORDS.get(AlertKind(self.kind))
        told = {"before": _word_for(self.before), "after": _word_for(self.after)}
        if self.kind == AlertKind.REJECTED and self.template and self.template.rejection:
            return f"{self.template.rejection.what} {self.template.rejection.todo}"
        return str(said).format(**told) if said else self.get_kind_display()


ALERT_WORDS = {
    AlertKind.REJECTED: _("Meta’s review said no. Read the reason, correct it and submit it again."),
    AlertKind.PAUSED: _("Customers complained or blocked: it cannot be sent until the pause is over."),
    AlertKind.DISABLED: _("It can never be sent again. Write a new one with other words."),
    AlertKind.CATEGORY: _("Meta moved it from “{before}” to “{after}”: its price is another one now."),
    AlertKind.CATEGORY_DUE: _("Meta will move it from “{before}” to “{after}” within 24 hours."),
    AlertKind.QUALITY: _("Its quality went from “{before}” to “{after}”. Send it to fewer people, better chosen."),
    AlertKind.NEEDED_SOON: _("It should be submitted within a day to be approved in time."),
    AlertKind.LATE: _("It is not submitted, and no longer safe to be approved in time."),
    AlertKind.MISSED: _("The moment for which it was needed has come, and it is not approved."),
}  # fmt: skip


class SubmissionState(models.TextChoices):
    SENDING = "sending", _("Being sent to Meta")
    ACCEPTED = "accepted", _("Taken by Meta")
    REFUSED = "refused", _("Refused at once")
    UNKNOWN = "unknown", _("No answer")


class Submission(models.Model):
    """One handing in to Meta: exactly what was sent, by whom, and what came back. Never edited but by the answer."""

    draft = models.ForeignKey(
        Draft, on_delete=models.SET_NULL, null=True, related_name="submissions"
    )
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, related_name="submissions"
    )
    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="submissions"
    )
    version = models.IntegerField()
    body = models.JSONField()  # as Meta was told
    status_before = models.CharField(max_length=24, blank=True, default="")  # empty for a new one
    meta_id = models.CharField(max_length=32, blank=True, default="")
    state = models.CharField(
        max_length=16, choices=SubmissionState, default=SubmissionState.SENDING
    )
    answer = models.JSONField(default=dict)  # of Meta, or its error
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # when a worker began to send it
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(state="sending"),
                name="one_submission_of_a_draft_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body.get('name')} v{self.version} {self.state}"


QUALITY_WORDS = {
    "GREEN": _("green"),
    "YELLOW": _("yellow"),
    "RED": _("red"),
    "UNKNOWN": _("not rated yet"),
}


def _word_for(value: str) -> str:
    """A state, category or quality in words; what Meta invents tomorrow stands as it is."""
    known = dict(TemplateState.choices) | dict(Category.choices) | QUALITY_WORDS
    return str(known.get(value, value))
