"""Walks every URL of the product: who is let in, who is not, and that another company's objects do not exist.

A new URL is covered by being there. Only one that takes arguments has to say here what they may be (`things_of`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
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
from templates_app.models import Draft, SampleFile, Template, TemplateAlert
from tests import world
from webhooks.models import Envelope, Quarantined

OWN = {"", "exports"}  # a visitor has no passkey and no export of their own, nor a job
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Url:
    route: str
    name: str
    namespace: str
    arguments: tuple[str, ...]
    roles: frozenset[str] | None
    is_open: bool

    def path(self, things: dict[str, Any]) -> str:
        """The path with arguments that stand for these things. `conversations:pk` says more than `pk`."""
        path = "/" + self.route
        for name in self.arguments:
            key = f"{self.namespace}:{name}"
            assert key in things, f"Tell things_of() in tests/test_rights.py what {key} is"
            path = _filled(path, name, str(things[key]))
        return path


def _filled(path: str, name: str, value: str) -> str:
    before, _open, rest = path.partition("<")
    while not rest.partition(">")[0].endswith(name):
        more, _open, rest = rest.partition("<")
        before += f"<{more}"
    return before + value + rest.partition(">")[2]


def _walk(
    patterns: list[Any], *, route: str = "", namespace: str = "", arguments: tuple[str, ...] = ()
) -> Iterator[Url]:
    for pattern in patterns:
        piece, names = str(pattern.pattern), (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _walk(
                pattern.url_patterns,
                route=route + piece,
                namespace=pattern.namespace or namespace,
                arguments=names,
            )
        elif isinstance(pattern, URLPattern):
            yield Url(
                route=route + (piece if "^" not in piece else "password/reset/key/1-x/"),
                name=pattern.name or "",
                namespace=namespace,
                arguments=names,
                roles=getattr(pattern.callback, "roles", None),
                is_open=not getattr(pattern.callback, "login_required", True),
            )


URLS = list(_walk(get_resolver().url_patterns))
OPEN = {  # the only doors that open without a login
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "join",
    "healthz",
    "icon_180",
    "icon_192",
    "icon_512",
    "manifest",
    "notices_worker",
    "readyz",
    "metrics",
}


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
        "templates_app:alert_id": TemplateAlert.objects.create(
            workspace=workspace, kind="paused", template=template
        ).pk,
        "conversations:view_id": SavedView.objects.create(workspace=workspace, name="Old").pk,
        "templates_app:draft_id": Draft.objects.create(account=account, author=agent).pk,
        "templates_app:pk": template.pk,
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


@pytest.fixture
def signed_in(client: Client, settings: Any) -> Any:
    """Signs in by the page itself, so that what asks for a fresh sign-in is satisfied."""
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()

    def sign_in(agent: Agent) -> Client:
        answer = client.post("/accounts/login/", {"login": agent.email, "password": world.PASSWORD})
        assert answer.status_code == 302
        return client

    return sign_in


def answers(client: Client, path: str) -> set[int]:
    return {getattr(client, method)(path).status_code for method in METHODS}


def test_only_the_known_doors_open_without_a_login():
    assert {url.name for url in URLS if url.is_open} == OPEN


def test_strangers_are_led_to_the_sign_in(client: Client, ada: Agent):
    things = things_of(ada.workspace, ada)
    for url in URLS:
        if url.is_open:
            continue
        path = url.path(things)
        for method in METHODS:
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, f"{method} {path}"
            assert answer["Location"].startswith("/accounts/login/"), f"{method} {path}"


@pytest.mark.parametrize("role", list(Role))
def test_other_roles_get_a_plain_no(role: str, client: Client, ada: Agent):
    things = things_of(ada.workspace, ada)
    client.force_login(world.make_agent(ada.workspace, "Visitor", role))
    closed = [url for url in URLS if url.roles and role not in url.roles]
    wrong = {
        url.route: found for url in closed if (found := answers(client, url.path(things))) != {403}
    }
    assert not wrong
    assert closed or role == Role.ADMINISTRATOR


def test_another_companys_objects_do_not_exist(signed_in: Any, ada: Agent, dan: Agent):
    things, client = things_of(dan.workspace, dan), signed_in(ada)
    wrong = {}
    for url in URLS:
        if url.arguments and not url.is_open:
            found = answers(client, url.path(things))
            if 404 not in found or not found <= {404, 405}:
                wrong[url.route] = found
    assert not wrong


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_those_it_is_for(role: str, signed_in: Any, meta: Any, ada: Agent):
    things = things_of(ada.workspace, ada)
    agent = world.make_agent(ada.workspace, "Visitor", role)
    if role == Role.AGENT:
        world.seat(agent)
    client = signed_in(agent)
    wrong, opened = {}, 0
    for url in URLS:
        if url.is_open or (url.roles and role not in url.roles):
            continue
        status = client.get(url.path(things)).status_code
        works_here = url.namespace == "accounts" or agent.works_conversations
        allowed = {200, 204, 302, 405} if works_here else {200, 204, 302, 403, 404, 405}
        is_own = url.namespace in OWN or "job" in url.arguments
        if status not in allowed and not is_own:
            wrong[url.route] = status
        opened += status == 200
    assert not wrong
    assert opened > 2
