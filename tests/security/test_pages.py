"""Every page over a database in which every word that people write is hostile, read as a browser reads it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DataError, IntegrityError, connection, models, transaction
from django.test import Client

from accounts.models import Agent, Role
from tests import world
from tests.doors import CLOSED
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
