"""No form and no question lets somebody take, name or change what is another company's by its number.

Every form of every page is filled in as a browser would, and its numbers are then those of a company next door, one
field at a time. Afterwards no row of ours may lead to one of theirs, none of theirs may have changed, and no answer
may show their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import IntegrityError, connection, models, transaction
from django.test import Client

from accounts.models import Role
from tests import world
from tests.doors import CLOSED
from tests.security.test_pages import FIXED, OURS
from tests.things import things_of

THEIRS, OURS_FROM = 700_001, 800_000  # the first numbers in every table
NUMBERS = [str(THEIRS + n) for n in range(4)]
WORD = "zq7theirs"
TYPED = {  # what people type there is kept as it is, numbers too
    "templates_app_draft.content", "templates_app_draftversion.content", "accounts_auditentry.details",
    "conversations_message.content",
}  # fmt: skip


@dataclass
class Form:
    """`sent`: what a browser would send of it; `picked`: the names whose values are chosen, not typed."""

    action: str
    method: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    picked: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found = path, list[Form]()
        self.open: Form | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("hx-post") or given.get("action") or self.path
            method = "post" if "hx-post" in given else given.get("method", "get").lower()
            self.open = Form(urljoin(self.path, action), method)
            self.found.append(self.open)
        if not self.open or not (name := given.get("name", "") or self.select):
            return
        if tag == "select":
            self.select = name
            self.open.picked.add(name)
        elif tag == "option":
            self._choose(name, given.get("value", ""), is_chosen="selected" in given)
        elif tag == "textarea":
            self.area = name
            self.open.sent.setdefault(name, [""])
        elif tag in ("input", "button"):
            self._note(name, given)

    def _choose(self, name: str, value: str, *, is_chosen: bool) -> None:
        assert self.open
        if is_chosen or not self.open.sent.get(name) or self.open.sent[name] == [""]:
            self.open.sent[name] = [value]

    def _note(self, name: str, given: dict[str, str]) -> None:
        assert self.open
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind in ("checkbox", "radio"):
            self.open.picked.add(name)
            if kind == "checkbox" or "checked" in given or name not in self.open.sent:
                self.open.sent[name] = [*self.open.sent.get(name, []), value or "on"][-3:]
        elif kind != "file" and name != "csrfmiddlewaretoken":
            if kind == "hidden":
                self.open.picked.add(name)
            self.open.sent[name] = [value or ("2026-01-01" if kind == "date" else "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area and self.open:
            self.open.sent[self.area] = [self.open.sent[self.area][0] + data]


def forms_in(html: str, path: str) -> list[Form]:
    reader = Forms(path)
    reader.feed(html)
    return reader.found


def ours() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in (*OURS, "events") and model._meta.managed:
            yield model


def counters() -> list[str]:
    keys = [model._meta.pk for model in ours()]
    found = [
        f"pg_get_serial_sequence('{key.model._meta.db_table}', '{key.column}')"
        for key in keys
        if key is not None and _counts(key)
    ]
    return [name for (name,) in _rows(f"SELECT unnest(ARRAY[{', '.join(found)}])")]


def count_from(number: int) -> None:
    """Every new row of ours has at least this number."""
    _rows("SELECT " + ", ".join(f"setval('{name}', {number}, false)" for name in counters()))


@pytest.fixture
def counting_again(db: None) -> Iterator[None]:
    """What counts in the database is no part of a transaction: afterwards it goes on as if nothing had been."""
    asked = [f"SELECT '{name}', last_value, is_called FROM {name}" for name in counters()]  # noqa: S608
    before = _rows(" UNION ALL ".join(asked))
    yield
    parts = [f"setval('{name}', {value}, {is_called})" for name, value, is_called in before]
    _rows("SELECT " + ", ".join(parts))


def mark() -> None:
    """Their words say whose they are."""
    with connection.cursor() as cursor:
        for model in ours():
            key = model._meta.pk
            for column in model._meta.concrete_fields:
                is_words = type(column) in (models.CharField, models.TextField)
                is_name = (model._meta.app_label, column.name) == ("templates_app", "name")
                is_fixed = is_name or column.choices or column.unique or FIXED.search(column.name)
                if not is_words or is_fixed or not _counts(key) or (column.max_length or 99) < 10:
                    continue
                with suppress(IntegrityError), transaction.atomic():
                    cursor.execute(
                        f'UPDATE "{model._meta.db_table}" SET "{column.column}" = %s'  # noqa: S608 (our own names)
                        f" WHERE {_is_theirs(key.column)}",
                        [WORD],
                    )


class Border:
    """Whether rows of one company lead to the other's, and what theirs are like: one query, a line for each table."""

    def __init__(self) -> None:
        found = []
        for model in ours():
            table, key = model._meta.db_table, model._meta.pk
            if key is None or not _counts(key):
                continue
            of, over = _is_theirs(key.column), ["false"]
            for column in model._meta.concrete_fields:
                if column.remote_field and _counts(column.remote_field.model._meta.pk):
                    over.append(f"{of} <> {_is_theirs(column.column)}")
                elif (
                    isinstance(column, models.JSONField) and f"{table}.{column.column}" not in TYPED
                ):
                    over.append(f"(NOT {of} AND \"{column.column}\"::text ~ '{NUMBERS[0][:-1]}')")
            row = f"md5(string_agg(r::text, '' ORDER BY \"{key.column}\") FILTER (WHERE {of}))"
            crosses = f"bool_or({' OR '.join(over)})"
            found.append(f"SELECT '{table}', {row}, {crosses} FROM \"{table}\" AS r")  # noqa: S608
        self._asked = " UNION ALL ".join(found)
        self._before = {table: theirs for table, theirs, _over in _rows(self._asked)}

    def broken(self) -> list[str]:
        """Tables with a row that leads over it, and those in which theirs are not what they were."""
        return [
            table
            for table, theirs, is_over in _rows(self._asked)
            if is_over or theirs != self._before[table]
        ]


def _counts(key: Any) -> bool:
    return isinstance(key, models.AutoField | models.BigAutoField)


def _is_theirs(column: str | None) -> str:
    return f'("{column}" >= {THEIRS} AND "{column}" < {OURS_FROM})'


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def tries(form: Form) -> Iterator[dict[str, list[str]]]:
    """The form with a number of theirs in one field after another, then in all that are chosen."""
    chosen = [name for name in form.sent if name in form.picked or form.sent[name][0].isdigit()]
    for name in chosen:
        yield form.sent | {name: NUMBERS[:1]}
    if len(chosen) > 1:
        yield form.sent | dict.fromkeys(chosen, NUMBERS)


@pytest.fixture
def neighbours(counting_again: None, settings: Any, meta: Any) -> tuple[Client, dict[str, Any]]:
    """Two companies with one of everything each: theirs has marked words and numbers; a visitor who leads ours."""
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    count_from(THEIRS)
    strangers = world.make_workspace(name=WORD)
    things_of(strangers, world.make_agent(strangers, "Eve", Role.ADMINISTRATOR))
    mark()
    count_from(OURS_FROM)
    company = world.make_workspace()
    visitor = world.make_agent(company, "Visitor", Role.ADMINISTRATOR)
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": visitor.email, "password": world.PASSWORD})
    return client, things_of(company, visitor)


def test_no_form_takes_or_changes_what_is_another_companys(
    neighbours: tuple[Client, dict[str, Any]], record_property: Any
) -> None:
    client, things = neighbours
    border, forms, wrong = Border(), dict[Any, Form](), list[str]()
    assert not border.broken()
    for url in CLOSED:
        if "webauthn" not in url.route:  # the key of the test is none
            path = url.path(things)
            answer = client.get(path)
            wrong += [f"{path} shows their words"] if WORD.encode() in _said(answer) else []
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                for form in forms_in(answer.content.decode(), path):
                    forms[form.action, form.method, tuple(form.sent)] = form
    sent = taken = 0
    for form in forms.values():
        for data in tries(form):
            place = transaction.savepoint()
            answer = getattr(client, form.method)(form.action, data)
            sent += 1
            found = ["their words"] if WORD.encode() in _said(answer) else []
            if form.method == "post" and answer.status_code < 400:
                taken += 1
                found += border.broken()
            if found or answer.status_code >= 500:
                odd = [name for name in data if data[name] != form.sent[name]]
                wrong.append(f"{form.action} {odd}: {answer.status_code} {found}")
            transaction.savepoint_rollback(place)
    assert not wrong
    assert taken > 100
    words = f"another company's numbers: {len(forms)} forms sent {sent} times, {taken} taken"
    record_property("counted", f"{words}, none leads to theirs")


def _said(answer: Any) -> bytes:
    return b"" if answer.streaming else bytes(answer.content)
