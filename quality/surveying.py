"""Asks Meta for all that the checklist of an account needs, at once, and keeps the answers for a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone

from accounts import checking
from accounts.graph import graph_for, graph_with
from accounts.models import BusinessAccount, PhoneNumber
from conversations import statuses
from conversations.models import Conversation, Direction, Message
from quality import aspects, polling
from quality.alarms import PAYMENT_CODES
from quality.aspects import Aspect
from quality.onboarding import NumberAtMeta, Ours, Survey, TokenAtMeta, WebhookAtMeta
from templates_app.models import Template
from whatsapp.failures import GraphFailure

KEPT_FOR: Final = 60  # seconds: a page that is loaded again need not ask again
AT_ONCE: Final = 4
LOOKED_AT: Final = 200  # conversations in which a first message is looked for
ARRIVED: Final = (statuses.DELIVERED, statuses.READ)
WEBHOOK_PATH: Final = "/webhooks/whatsapp/"
Answers = dict[str, Any]


def known(account: BusinessAccount) -> Survey | None:
    """What Meta said within the last minute."""
    found: Survey | None = cache.get(_key(account))
    return found


def forget(account: BusinessAccount) -> None:
    cache.delete(_key(account))


def survey(account: BusinessAccount) -> Survey:
    """Ask now. What does not answer is None in what comes back; nothing here raises for it."""
    ours = [number.phone_number_id for number in PhoneNumber.objects.filter(account=account)]
    answers, failures = _asked(account, ours)
    at = timezone.now()
    found = _surveyed(account, answers, failures, at)
    if "account" in answers and "numbers" in answers and "apps" in answers:
        polling.write_down(
            account,
            raw=answers["account"],
            rows=answers["numbers"],
            apps=answers["apps"],
            token=answers.get("token") or {},
            at=at,
        )
    cache.set(_key(account), found, KEPT_FOR)
    return found


def _asked(account: BusinessAccount, ours: list[str]) -> tuple[Answers, dict[str, GraphFailure]]:
    """Meta's answers by what was asked, and what refused. The threads touch no database."""
    client, app = graph_for(account), account.app
    as_app = graph_with(f"{app.app_id}|{app.secret}")
    token, waba = account.token, account.waba_id
    questions: dict[str, Callable[[], Any]] = {
        "account": lambda: client.waba(waba),
        "numbers": lambda: list(client.phone_numbers(waba)),
        "apps": lambda: client.subscribed_apps(waba),
        "token": lambda: as_app.debug_token(token),
        "webhook": lambda: as_app.app_subscriptions(app.app_id),
    }
    for number in ours:
        questions[f"profile:{number}"] = lambda number=number: client.profile(number)  # type: ignore[misc]
    answers: Answers = {}
    failures: dict[str, GraphFailure] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        futures = {name: pool.submit(ask) for name, ask in questions.items()}
        for name, future in futures.items():
            try:
                answers[name] = future.result()
            except GraphFailure as failure:
                failures[name] = failure
    return answers, failures


def _surveyed(
    account: BusinessAccount, answers: Answers, failures: Mapping[str, GraphFailure], at: datetime
) -> Survey:
    refused = failures.get("account") or failures.get("numbers")
    raw = answers.get("account")
    values = aspects.of_account(raw) if raw else {}
    webhook = answers.get("webhook")
    apps = answers.get("apps")
    return Survey(
        asked_at=at,
        refusal=checking.explained(refused).what if refused else "",
        verification=str((raw or {}).get("business_verification_status") or ""),
        review=values.get(Aspect.REVIEW, ""),
        has_payment=bool(raw.get("primary_funding_id")) if raw else None,
        payment_is_broken=bool(set(values.get(Aspect.HEALTH, "").split()) & PAYMENT_CODES),
        numbers=tuple(_number(row) for row in answers.get("numbers") or ()),
        token=_token(account, answers.get("token")),
        webhook=None if webhook is None else _webhook(webhook),
        is_subscribed=None if apps is None else polling.is_ours(apps, account),
        profiles={
            name.removeprefix("profile:"): answer
            for name, answer in answers.items()
            if name.startswith("profile:")
        },
    )


def _number(row: Mapping[str, Any]) -> NumberAtMeta:
    return NumberAtMeta(
        phone_number_id=_text(row, "id"),
        display=_text(row, "display_phone_number"),
        verified_name=_text(row, "verified_name"),
        status=_text(row, "status"),
        code_status=_text(row, "code_verification_status"),
        name_status=_text(row, "name_status"),
        new_name=_text(row, "new_display_name"),
        new_name_status=_text(row, "new_name_status"),
    )


def _token(account: BusinessAccount, found: Mapping[str, Any] | None) -> TokenAtMeta | None:
    if found is None:
        return None
    error = found.get("error")
    ends = found.get("expires_at")
    return TokenAtMeta(
        is_valid=bool(found.get("is_valid")),
        problem=str(error.get("message", "")) if isinstance(error, dict) else "",
        is_of_our_app=str(found.get("app_id", account.app.app_id)) == account.app.app_id,
        sees_account=_sees(found, account.waba_id),
        scopes=tuple(str(scope) for scope in found.get("scopes") or ()),
        ends_at=datetime.fromtimestamp(ends, tz=UTC) if isinstance(ends, int) and ends else None,
    )


def _sees(found: Mapping[str, Any], waba_id: str) -> bool:
    """Whether the granular scopes name the account; without targets a scope holds for all."""
    for one in found.get("granular_scopes") or ():
        if not isinstance(one, Mapping) or one.get("scope") != "whatsapp_business_management":
            continue
        targets = one.get("target_ids")
        return not targets or waba_id in map(str, targets)
    return True


def _webhook(rows: list[dict[str, Any]]) -> WebhookAtMeta:
    for row in rows:
        if row.get("object") == "whatsapp_business_account":
            fields = row.get("fields") or ()
            names = [str(one.get("name")) for one in fields if isinstance(one, Mapping)]
            return WebhookAtMeta(callback_url=_text(row, "callback_url"), fields=tuple(names))
    return WebhookAtMeta()


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _key(account: BusinessAccount) -> str:
    return f"survey:{account.pk}"


# --- what we know ourselves --------------------------------------------------------------------------


def callback_url() -> str:
    return settings.PUBLIC_URL + WEBHOOK_PATH


def ours(account: BusinessAccount, number: PhoneNumber | None) -> Ours:
    """In a fixed number of queries, however long the history is."""
    counts = Template.objects.filter(account=account).values_list("status").annotate(n=Count("pk"))
    first_in, first_out = _first_messages(number) if number else (None, None)
    status = first_out.status if first_out else ""
    return Ours(
        number=number.phone_number_id if number else "",
        callback_url=callback_url(),
        tested_at=account.app.webhook_tested_at,
        test_problem=account.app.webhook_problem,
        templates=dict(counts.order_by()),
        inbound_at=first_in.at if first_in else None,
        outbound_at=first_out.at if first_out else None,
        is_delivered=status in ARRIVED,
        failed_code=(first_out.error_code or 0) if first_out and status == statuses.FAILED else 0,
    )


def _first_messages(number: PhoneNumber) -> tuple[Message | None, Message | None]:
    """The first that came in; the first of ours that arrived, else the last that was tried."""
    threads = Conversation.objects.filter(number=number).order_by("pk")
    said = Message.objects.filter(
        conversation__in=list(threads.values_list("pk", flat=True)[:LOOKED_AT])
    ).order_by("at", "pk")
    sent = said.filter(direction=Direction.OUT)
    arrived = sent.filter(status__in=ARRIVED).first()
    return said.filter(direction=Direction.IN).first(), arrived or sent.last()
