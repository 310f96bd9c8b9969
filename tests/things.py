"""One of everything that a URL can point to, for the walks of tests/test_rights.py and tests/security/."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import inviting
from accounts.models import Agent, Role, Workspace
from billing import booking
from billing.models import BillingPlan, Budget, ExchangeRate, LedgerEntry, StoredCard
from billing.tests import books, invoiced
from coaching.models import Review
from conversations.models import (
    AutoRule,
    CannedReply,
    ContactNote,
    CustomField,
    Job,
    JobKind,
    Label,
    Macro,
    MediaFile,
    SavedView,
    Scheduled,
)
from conversations.models.files import MediaState
from quality.models import Alert
from templates_app.models import Draft, SampleFile, Template
from tests import world
from webhooks.models import Envelope, Quarantined


def things_of(workspace: Workspace, agent: Agent) -> dict[str, Any]:
    """One of everything that a URL can point to, in this workspace."""
    account = world.make_account(workspace)
    number = world.make_number(account)
    conversation = world.make_conversation(number)
    message = world.make_message(conversation)
    media = MediaFile.objects.create(
        workspace=workspace, number=number, kind="document", state=MediaState.STORED
    )
    media.file.save("", ContentFile(b"a file"))
    message.media = media
    message.save(update_fields=["media"])
    Scheduled.objects.create(  # under the same name, as its URL has it
        conversation=conversation, author=agent, token=message.token, due_at=message.at
    )
    template = Template.objects.create(
        account=account, name="hello", language="en", status="APPROVED"
    )
    invited = f"invited-{workspace.pk}@example.com"
    invitation, _link = inviting.invite(
        workspace, email=invited, role=Role.AGENT, teams=[], language="en", by=agent
    )
    passkey = Authenticator.objects.create(
        user=agent, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    field = CustomField.objects.create(workspace=workspace, of="contact", key="size", name="Size")
    return {
        "accounts:account_id": account.pk,
        "accounts:agent_id": world.make_agent(workspace, f"Of{workspace.pk}").pk,
        "accounts:app_id": account.app_id,
        "accounts:invitation_id": invitation.pk,
        "accounts:number_id": number.pk,
        "accounts:team_id": world.make_team(workspace, "A team").pk,
        "billing:account_id": account.pk,
        "billing:pk": _booked(conversation).pk,
        "quality:account_id": account.pk,
        "quality:alert_id": Alert.objects.create(
            workspace=workspace, account=account, kind="payment", severity="bad"
        ).pk,
        "quality:number_id": number.pk,
        "automation:number_id": number.pk,
        "coaching:review_id": Review.objects.create(
            workspace=workspace,
            conversation=conversation,
            agent=agent,
            week=message.at.date(),
            card=[],
        ).pk,
        "setup:account_id": account.pk,
        "setup:number_id": number.pk,
        "webhooks:app_id": account.app_id,
        **_terms(account),
        "canned:push_id": agent.pushes.create(
            endpoint=f"https://fcm.googleapis.com/{agent.pk}", p256dh="x", auth="x"
        ).pk,
        "automation:rule_id": AutoRule.objects.create(workspace=workspace, name="A rule").pk,
        "automation:macro_id": (macro := Macro.objects.create(workspace=workspace, name="M")).pk,
        "conversations:macro_id": macro.pk,
        "billing:invoice_id": invoiced.draft_of(
            account, stored={"state": "issued", "sequence": 1, "number": "2026-0001"}
        ).pk,
        "billing:year": 2026,
        "canned:reply_id": CannedReply.objects.create(
            workspace=workspace, shortcode="hours", text="9 to 18", file=ContentFile(b"x", "x")
        ).pk,
        "exports:key": Job.objects.create(workspace=workspace, owner=agent, kind="export").key,
        "contacts:pk": conversation.contact_id,
        "contacts:note_id": ContactNote.objects.create(
            contact=conversation.contact, text="Likes tea", author=agent
        ).pk,
        "conversations:field_id": field.pk,
        "conversations:job": Job.objects.create(
            workspace=workspace, owner=agent, kind=JobKind.BULK
        ).key,
        "conversations:key": media.key,
        "conversations:pk": conversation.pk,
        "conversations:template_id": template.pk,
        "billing:template_id": template.pk,
        "conversations:token": message.token,
        "templates_app:account_id": account.pk,
        "templates_app:name": template.name,
        "conversations:view_id": SavedView.objects.create(workspace=workspace, name="Old").pk,
        "templates_app:draft_id": Draft.objects.create(account=account, author=agent).pk,
        "templates_app:pk": template.pk,
        "templates_app:place": 0,
        "templates_app:key": SampleFile.objects.create(
            account=account, handle="4::x", mime_type="image/png", file=ContentFile(b"x", name="x")
        ).key,
        "queue:field_id": field.pk,
        "queue:label_id": Label.objects.create(workspace=workspace, name="VIP").pk,
        ":key": "a-link-that-is-not-known",
        ":pk": passkey.pk,
    } | _held_back(workspace, account)


def _booked(conversation: Any) -> LedgerEntry:
    books.sends_template(conversation, timezone.now(), status="sent")
    booking.keep_books(conversation.workspace_id)
    return LedgerEntry.objects.get(workspace_id=conversation.workspace_id)


def _terms(account: Any) -> dict[str, Any]:
    day = timezone.now().date()
    card = StoredCard.objects.create(
        workspace=account.workspace, model="pmp", currency="USD", effective_from=day
    )
    rate = ExchangeRate.objects.create(
        workspace=account.workspace, base="USD", quote="RUB", begins=day, rate=90
    )
    return {
        "billing:budget_id": Budget.objects.create(
            workspace=account.workspace, amount=100, currency="USD"
        ).pk,
        "billing:card_id": f"own-{card.pk}",
        "billing:plan_id": BillingPlan.objects.create(account=account, begins=day).pk,
        "billing:rate_id": rate.pk,
        "billing:stored_id": card.pk,
    }


def _held_back(workspace: Workspace, account: Any) -> dict[str, Any]:
    envelope = Envelope.objects.create(app=account.app, digest=str(account.pk).encode(), body=b"{}")
    item = Quarantined.objects.create(
        envelope=envelope, workspace=workspace, position=0, kind="messages", reason="Unreadable"
    )
    return {"webhooks:held_id": item.pk}
