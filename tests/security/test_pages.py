"""Every page over a database in which every word that people write is hostile, read as a browser reads it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import DataError, IntegrityError, connection, models, transaction
from django.test import Client

from accounts.models import Agent, Role
from tests import world
from tests.doors import CLOSED, Url
from tests.security import hostile
from tests.things import things_of

OURS = (
    "accounts",
    "conversations",
    "templates_app",
    "billing",
    "quality",
    "coaching",
    "reports",
    "webhooks",
)
# Columns of words that are ours or Meta's names for things: what stands in them is checked where it comes in.
FIXED = re.compile(
    r"(^|_)(key|hash|id|ids|kind|state|status|digest|language|currency|model|zone|market|card|category|source|plan|period"
    r"|role|password|email|secret|token|verify_token|endpoint|p256dh|auth|private|public|sha256|file|mime_type|wamid|url"
    r"|digits|phone|country|place|value|base|quote|sight|density|phones|order|orders|tab|of|sort|day|meta_id|handle|tier"
    r"|throughput|rating|quality|of|variant|severity|change|event|action|reason_code|wa_id|user_id|expires|condition)$"
)  # fmt: skip

NAMES_IN_CODE = re.compile(
    r"(?:GET|POST|FILES|cleaned_data|said)(?:\.get|\.getlist)?[\[(]\s*[\"'](\w+)[\"']|^    (\w+) = forms\.",
    re.M,
)
ASKED = "a\x00b\ud800".encode("utf-8", "surrogatepass")


def poisoned(said: str = hostile.BREAKING) -> int:
    """Puts a hostile word into every column that holds people's words. Gives how many columns."""
    columns = 0
    for model in apps.get_models():
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            is_words = type(field) in (models.CharField, models.TextField)
            if model._meta.app_label == "templates_app" and field.name == "name":
                continue  # small letters and digits: the form and Meta see to it
            if not is_words or field.choices or field.unique or FIXED.search(field.name):
                continue
            words = said[: field.max_length or 200]
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    table, column = model._meta.db_table, field.column
                    cursor.execute(f'UPDATE "{table}" SET "{column}" = %s', [words])  # noqa: S608 (our own names)
            except (IntegrityError, DataError):  # the database itself does not take it
                continue
            columns += 1
    return columns


@pytest.fixture
def administrator(ada: Agent, settings: Any) -> Client:
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    client = Client()
    agent = world.make_agent(ada.workspace, "Visitor", Role.ADMINISTRATOR)
    client.post("/accounts/login/", {"login": agent.email, "password": world.PASSWORD})
    return client


def test_no_page_takes_words_for_html(
    administrator: Client, ada: Agent, meta: Any, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    columns = poisoned()
    wrong, read, marked = {}, 0, 0
    for url in CLOSED:
        answer = administrator.get(url.path(things))
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            html = answer.content.decode()
            read, marked = read + 1, marked + (hostile.MARK in html)
            if found := hostile.hurt(html):
                wrong[url.label] = found[:3]
    assert not wrong
    assert columns > 60
    assert marked > 60
    words = f"hostile words in {columns} columns: {read} pages read, {marked} show them, none hurt"
    record_property("counted", words)


def names_asked_for() -> list[str]:
    """Every name that a view or form of ours takes, found in the source."""
    found: set[str] = set()
    for app in (*OURS, "events", "waba_inbox"):
        for path in Path(django_settings.BASE_DIR, app).rglob("*.py"):
            if "tests" not in path.parts:
                found |= {name for pair in NAMES_IN_CODE.findall(path.read_text()) for name in pair}
    return sorted(found - {""})


def test_no_question_and_no_form_is_a_fault(
    administrator: Client, ada: Agent, meta: Any, record_property: Any
) -> None:
    """Null bytes and half characters under every name that is asked for anywhere, at every URL."""
    things, names = things_of(ada.workspace, ada), names_asked_for()
    assert len(names) > 100
    administrator.raise_request_exception = False
    wrong, requests = [], 0
    for url in CLOSED:
        if "webauthn" in url.route:
            continue  # the key of the test is none
        for method in ("get", "post"):
            requests += 1
            if asked(administrator, url, method, things, dict.fromkeys(names, ASKED)) >= 500:
                wrong.append(f"{method} {url.label}")
    assert not wrong
    record_property("counted", f"hostile questions: {len(names)} names, {requests} requests")


READ_BY_HAND: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("get", "billing:quote", {"phone": "79210000001", "number": "{}"}),
    ("get", "billing:quote", {"conversation": "{}"}),
    ("get", "webhooks:quarantine", {"before": "{}"}),
    ("get", "conversations:rows", {"after": "{}", "tab": "all"}),
    ("get", "templates_app:templates", {"account": "{}"}),
    ("post", "webhooks:self_test", {"account": "{}"}),
    ("post", "accounts:team_members", {"agent": "{}"}),
    ("post", "accounts:person_teams", {"team": "{}"}),
    ("post", "accounts:person_seats", {"place": "{}:{}"}),
    ("post", "coaching:plan", {"criteria": "{} | Was kind"}),
    ("post", "conversations:bulk", {"act": "assign", "to": "{}", "ids": "{}"}),
)


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 19, "²", "٣"], ids=len)
def test_no_number_is_a_fault(administrator: Client, ada: Agent, meta: Any, digits: str) -> None:
    """More digits than Python reads or a column holds, and digits that are none, where a view reads a number itself."""
    things, doors = things_of(ada.workspace, ada), {url.label: url for url in CLOSED}
    administrator.raise_request_exception = False
    wrong = []
    for method, label, said in READ_BY_HAND:
        query = {name: value.replace("{}", digits) for name, value in said.items()}
        status = getattr(administrator, method)(doors[label].path(things), query).status_code
        if status >= 500:
            wrong.append(f"{method} {label}")
    assert not wrong


def asked(
    client: Client, url: Url, method: str, things: dict[str, Any], query: dict[str, bytes]
) -> int:
    """The status; what it changed is taken back."""
    place = transaction.savepoint()
    try:
        return int(getattr(client, method)(url.path(things), query).status_code)
    finally:
        transaction.savepoint_rollback(place)
