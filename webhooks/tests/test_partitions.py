"""The posts' months are made in time, take in what lay astray, and go, while posts come in."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.models import PhoneNumber
from conversations.models import Conversation, Message
from tests import posts
from tests.test_survival import database_url
from waba_inbox.backup import sums
from waba_inbox.tasks import keep_house
from webhooks import draining, months, partitions, retiring, tasks
from webhooks.models import Envelope, Quarantined
from webhooks.post_box import PostBox

NOW = timezone.now()
THIS, OLD = months.first_of(NOW), date(2001, 3, 1)
LAST = months.later(THIS, -1)
AGAIN = """
    INSERT INTO webhooks_envelope (app_id, digest, body, received_at, tries)
    SELECT app_id, digest, body, now(), 0 FROM webhooks_envelope ON CONFLICT (digest, month) DO NOTHING
"""


def put(number: PhoneNumber, body: bytes, *, month: date, is_read: bool = False) -> Envelope:
    at = datetime(month.year, month.month, 15, tzinfo=UTC)
    return Envelope.objects.create(
        app=number.account.app,
        digest=hashlib.sha256(body).digest(),
        body=body,
        month=month,
        received_at=at,
        processed_at=at if is_read else None,
    )


def make_ready(at: datetime = NOW) -> list[str]:
    connection.check_constraints()  # inside one transaction PostgreSQL moves no table before that
    return partitions.make_ready(at=at)


def there() -> set[str]:
    return {one.name for one in partitions.layout()}


@pytest.mark.django_db
def test_this_month_and_the_next_three_are_there_from_the_first_day_on():
    names = {partitions.name_of(months.later(THIS, n)) for n in range(4)}
    assert make_ready() == []
    assert names <= there()
    assert partitions.astray() == {}


@pytest.mark.django_db
def test_each_night_makes_what_is_missing_once():
    later = NOW + timedelta(days=200)
    made = make_ready(later)
    assert len(made) == months.AHEAD + 1
    assert make_ready(later) == []
    assert months.ahead(partitions.layout(), at=later) == months.AHEAD


@pytest.mark.django_db
def test_what_lay_astray_moves_into_its_month_and_stays_what_it_is(number: PhoneNumber):
    come, soon = months.later(THIS, 10), months.later(THIS, 11)
    for n in range(6):
        put(number, b"%d" % n, month=come if n % 2 else soon, is_read=n > 1)
    before, summed = list(Envelope.objects.order_by("pk").values()), sums.all_sums()
    assert partitions.astray() == {come: 3, soon: 3}
    assert make_ready() == []  # their time has not come
    made = make_ready(datetime(come.year, come.month, 3, tzinfo=UTC))
    assert {partitions.name_of(come), partitions.name_of(soon)} <= set(made)
    assert partitions.astray() == {}
    assert list(Envelope.objects.order_by("pk").values()) == before
    assert sums.all_sums() == summed  # each row once, wherever it lies
    assert not there() & set(summed)


@pytest.mark.django_db
def test_too_many_to_be_moved_stay_where_they_are(number: PhoneNumber, monkeypatch: Any):
    monkeypatch.setattr(partitions, "MOST_MOVED", 2)
    for n in range(3):
        put(number, b"%d" % n, month=OLD, is_read=True)
    put(number, b"alone", month=months.later(OLD), is_read=True)
    assert make_ready() == [partitions.name_of(months.later(OLD))]
    assert partitions.astray() == {OLD: 3}
    connection.check_constraints()
    gone = retiring.retire(days=3650, at=NOW)
    assert (gone.posts, gone.whole) == (3, (partitions.name_of(months.later(OLD)),))


@pytest.mark.django_db
def test_a_post_on_both_sides_of_a_months_end_is_one_message(number: PhoneNumber):
    body = posts.body(number, contacts=[posts.contact()], messages=[posts.text("Happy new month")])
    put(number, body, month=LAST)
    put(number, body, month=THIS)
    assert draining.drain() is False
    assert not Envelope.objects.filter(processed_at=None).exists()
    assert Message.objects.get().text == "Happy new month"
    assert Conversation.objects.get().inbound_count == 1
    assert not Quarantined.objects.exists()


@pytest.mark.django_db
def test_a_bell_drains_what_has_just_come_and_the_clock_all(number: PhoneNumber):
    for n, month in enumerate((OLD, LAST, THIS)):
        put(number, posts.body(number, messages=[posts.text(f"{n}")]), month=month)
    tasks.drain()
    assert Envelope.objects.get(processed_at=None).month == OLD
    tasks.sweep()
    assert not Envelope.objects.filter(processed_at=None).exists()


@pytest.mark.django_db
def test_a_claim_does_not_look_into_old_months(number: PhoneNumber):
    """However many there are: PostgreSQL leaves them out of its plan."""
    for n in range(2, 26):
        put(number, b"%d" % n, month=months.later(THIS, -n), is_read=True)
    assert len(make_ready()) == 24
    values: dict[str, Any] = {
        "since": LAST,
        "batch": 100,
        "bytes": 1000,
        "suspect": 2,
        "seconds": 15,
    }
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + draining.CLAIM, values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert partitions.name_of(THIS) in plan
    assert partitions.name_of(months.later(THIS, -2)) not in plan


@pytest.mark.django_db
def test_the_command_says_what_it_made_and_what_went(number: PhoneNumber, settings: Any):
    settings.KEEP_POSTS_DAYS = 3650
    put(number, b"old", month=OLD, is_read=True)
    connection.check_constraints()
    said = io.StringIO()
    call_command("partitions", stdout=said)
    name = partitions.name_of(OLD)
    assert f"{name}: made" in said.getvalue()
    assert f"{name}: dropped" in said.getvalue()
    assert partitions.name_of(THIS) in said.getvalue().splitlines()[-5]


@pytest.mark.django_db
@pytest.mark.parametrize("detach", [False, True])
def test_each_night_does_so_by_itself(number: PhoneNumber, settings: Any, detach: bool):
    settings.KEEP_POSTS_DAYS, settings.DETACH_OLD_POSTS = 3650, detach
    put(number, b"old", month=OLD, is_read=True)
    put(number, b"new", month=THIS)
    connection.check_constraints()
    keep_house()
    assert Envelope.objects.get().month == THIS
    assert partitions.name_of(OLD) not in there()
    assert (partitions.name_of(OLD) in connection.introspection.table_names()) == detach


@pytest.mark.django_db(transaction=True)
def test_a_month_in_use_goes_another_night(number: PhoneNumber, monkeypatch: Any):
    """A backup, for instance, reads the table for as long as it takes."""
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(partitions, "PAUSE", 0)
    put(number, b"old", month=OLD, is_read=True)
    (name,) = make_ready()
    with psycopg.connect(database_url()) as backup:
        backup.execute("SELECT count(*) FROM webhooks_envelope")
        assert retiring.retire(days=3650, at=NOW).busy == (name,)
        assert name in there()
    assert retiring.retire(days=3650, at=NOW).whole == (name,)


@pytest.fixture
def without_this_month(transactional_db: None) -> Iterator[None]:
    """As if no night's work had run for months: what comes lies astray."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {partitions.name_of(THIS)}")
    yield
    partitions.make_ready(at=NOW)


async def test_no_post_is_lost_or_refused_while_months_are_made_and_dropped(
    without_this_month: None, number: PhoneNumber
):
    """The intake stores into the default partition while this month is made of it, and an old one is dropped."""
    app_id = number.account.app_id
    await sync_to_async(put)(number, b"old", month=OLD, is_read=True)
    box = PostBox(database_url(), on_stored=lambda: None)
    stored: list[bytes] = []
    is_over = asyncio.Event()

    async def post_on(n: int) -> None:
        count = 0
        while count < 30 or not is_over.is_set():
            body = b"%d of %d" % (count, n)
            await box.put(app_id, hashlib.sha256(body).digest(), body)
            stored.append(body)
            count += 1

    async def keep_house() -> None:
        while len(stored) < 100:
            await asyncio.sleep(0.01)
        made = await sync_to_async(partitions.make_ready)(at=NOW)
        assert made == [partitions.name_of(OLD), partitions.name_of(THIS)]
        gone = await sync_to_async(retiring.retire)(days=3650, at=NOW)
        assert gone.whole == (partitions.name_of(OLD),)
        is_over.set()

    await asyncio.wait_for(asyncio.gather(keep_house(), *(post_on(n) for n in range(8))), 120)
    await box.close()
    found = [bytes(one.body) async for one in Envelope.objects.all()]
    assert sorted(found) == sorted(stored)
    assert await sync_to_async(partitions.astray)() == {}


@pytest.fixture
def old_site(db: None) -> Iterator[Any]:
    """The tables as they were before there were months, in a schema of their own; their models."""
    state = MigrationLoader(connection).project_state(("webhooks", "0001_initial"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA old_site")
        cursor.execute("SET LOCAL search_path TO old_site, public")
    models = [state.apps.get_model("webhooks", name) for name in ("Envelope", "Quarantined")]
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    yield state, *models
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO public")


def migrate(state: Any) -> None:
    migration = import_module("webhooks.migrations.0002_months").Migration(
        "0002_months", "webhooks"
    )
    connection.check_constraints()
    with connection.schema_editor() as editor:
        migration.apply(state, editor)


def test_a_site_with_posts_keeps_them_all_where_they_are(old_site: Any, number: PhoneNumber):
    state, OldEnvelope, OldQuarantined = old_site
    for n in range(5):
        at = NOW - timedelta(days=60 * n)
        row = OldEnvelope.objects.create(
            app_id=number.account.app_id,
            digest=hashlib.sha256(b"%d" % n).digest(),
            body=b"%d" % n,
            received_at=at,
            processed_at=at if n else None,
        )
    OldQuarantined.objects.create(envelope=row, position=0, kind="x", reason="for the test")
    before = list(OldEnvelope.objects.order_by("pk").values())
    migrate(state)
    kept = list(Envelope.objects.order_by("pk").values())
    assert [{**row, "month": None} for row in kept] == [{**row, "month": None} for row in before]
    coming = {partitions.name_of(months.later(THIS, n)) for n in (1, 2, 3)}
    assert there() == coming | {"webhooks_envelope_before"}
    assert partitions.astray() == {}
    # Meta's retry of a post from before is known, a new one gets the next id and lies beside the old ones.
    with connection.cursor() as cursor:
        cursor.execute(AGAIN)
        assert cursor.rowcount == 0
    new = put(number, b"new", month=THIS)
    assert new.pk > row.pk
    # What is old goes one by one, but for what is held back; the last waits.
    assert retiring.retire(days=100, at=NOW).posts == 2
    assert set(Envelope.objects.values_list("body", flat=True)) == {b"0", b"1", b"4", b"new"}
    # Once all of it is old, what was there before goes as a whole.
    Quarantined.objects.update(resolved_at=NOW)
    Envelope.objects.update(processed_at=NOW)
    connection.check_constraints()
    end = months.later(THIS)
    gone = retiring.retire(days=1, at=datetime(end.year, end.month, 3, tzinfo=UTC))
    assert gone.whole == ("webhooks_envelope_before",)
    assert not Envelope.objects.exists()


def test_a_site_without_posts_begins_with_this_month(old_site: Any, number: PhoneNumber):
    state, OldEnvelope, _quarantined = old_site
    gone = OldEnvelope.objects.create(app_id=number.account.app_id, digest=b"1", body=b"{}")
    gone.delete()
    migrate(state)
    assert there() == {partitions.name_of(months.later(THIS, n)) for n in range(4)}
    assert put(number, b"new", month=THIS).pk > 1
