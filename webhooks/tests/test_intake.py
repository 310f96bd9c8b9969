"""What Meta posts is durable before it is answered; what is not Meta's is refused; nothing stops the next good one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from conversations.models import Message
from quality.models import WebhookMinute
from tests import posts, world
from webhooks import draining, intake
from webhooks.models import Envelope, Quarantined
from whatsapp.signature import sign

pytestmark = pytest.mark.django_db(transaction=True)


class Answer:
    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: dict[bytes, bytes] = {}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]


async def post(
    app: intake.Intake, body: bytes, signature: str | None = None, **over: Any
) -> Answer:
    headers = list(over.pop("headers", []))
    if signature is not None:
        headers.append((b"x-hub-signature-256", signature.encode()))
    pieces = [body[n : n + 65536] for n in range(0, len(body), 65536)] or [b""]
    messages = [
        {"type": "http.request", "body": piece, "more_body": n < len(pieces) - 1}
        for n, piece in enumerate(pieces)
    ]

    async def receive() -> Any:
        return messages.pop(0)

    scope = {"type": "http", "method": "POST", "path": intake.PATH, "headers": headers} | over
    answer = Answer()
    await app(scope, receive, answer.send)
    return answer


async def get(app: intake.Intake, query: str) -> Answer:
    return await post(app, b"", method="GET", query_string=query.encode())


@pytest.fixture
async def rung() -> list[float]:
    return []


@pytest.fixture
async def app(transactional_db: None, rung: list[float]) -> AsyncIterator[intake.Intake]:
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})

    found = intake.in_front_of(elsewhere)
    found.bell._ring = lambda: rung.append(time.monotonic())
    yield found
    await found.close()


@pytest.fixture
def hello(transactional_db: None, number: Any) -> bytes:
    return posts.body(number, messages=[posts.text("Hello")])


async def count() -> int:
    return await Envelope.objects.acount()


async def test_a_signed_post_is_durable_before_it_is_answered(app, hello, account):
    answer = await post(app, hello, sign(world.APP_SECRET, hello))
    assert (answer.status, answer.body) == (200, b"")
    envelope = await Envelope.objects.aget()
    assert (bytes(envelope.body), envelope.app_id) == (hello, account.app_id)


async def test_a_post_sent_twice_is_kept_once(app, hello):
    signature = sign(world.APP_SECRET, hello)
    answers = await asyncio.gather(*(post(app, hello, signature) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    assert await count() == 1


@pytest.mark.parametrize(
    ("signature", "status"),
    [
        (None, 401),
        ("", 401),
        ("sha256=", 403),
        ("sha256=" + "0" * 64, 403),
        (sign("another secret", b"x"), 403),
        (sign("", b"x"), 403),
    ],
)
async def test_what_is_not_signed_by_us_is_refused_and_the_next_good_one_works(
    app, hello, signature, status
):
    assert (await post(app, hello, signature)).status == status
    assert await count() == 0
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 200


async def test_an_empty_secret_signs_nothing(app, hello, account):
    account.app.secret = ""
    await sync_to_async(account.app.save)(update_fields=["secret"])
    assert (await post(app, hello, sign("", hello))).status == 403


async def test_without_any_app_nothing_is_accepted(app):
    assert (await post(app, b"{}", sign("", b"{}"))).status == 403


async def test_four_megabytes_are_refused_whatever_the_header_says(app, hello):
    large = b"x" * (4 * 1024 * 1024)
    signature = sign(world.APP_SECRET, large)
    announced = [(b"content-length", b"%d" % len(large))]
    assert (await post(app, large, signature, headers=announced)).status == 413
    assert (await post(app, large, signature)).status == 413
    lied = [(b"content-length", b"10")]
    assert (await post(app, large, signature, headers=lied)).status == 413
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 200


async def test_what_is_no_json_is_kept_and_held_back(app, hello):
    garbage = b"{not json"
    assert (await post(app, garbage, sign(world.APP_SECRET, garbage))).status == 200
    await sync_to_async(draining.drain)()
    held = await Quarantined.objects.aget()
    assert "not JSON" in held.reason
    assert held.raw == {"body": "{not json"}


async def test_the_app_whose_secret_fits_is_remembered(app, hello, dan):
    def elsewhere() -> Any:
        account = world.make_account(dan.workspace)
        account.app.secret = "theirs"
        account.app.save(update_fields=["secret"])
        return account.app

    other = await sync_to_async(elsewhere)()
    assert (await post(app, hello, sign("theirs", hello))).status == 200
    assert (await Envelope.objects.aget()).app_id == other.pk


async def test_the_same_post_for_another_app_does_not_take_the_place_of_ours(
    app, hello, account, workspace
):
    """Meta posts the same bytes to every app that an account is subscribed to; only ours may speak of it."""
    other = await sync_to_async(world.make_account)(workspace)
    other.app.secret = "theirs"
    await sync_to_async(other.app.save)(update_fields=["secret"])
    assert (await post(app, hello, sign("theirs", hello))).status == 200
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 200
    await sync_to_async(draining.drain)()
    assert (await Message.objects.aget()).text == "Hello"


async def test_an_app_added_a_moment_ago_is_known(app, hello, account, monkeypatch):
    monkeypatch.setattr("webhooks.keys.PAUSE", 0)
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 200
    account.app.secret = "rotated"
    await sync_to_async(account.app.save)(update_fields=["secret"])
    body = hello + b" "
    assert (await post(app, body, sign("rotated", body))).status == 200


async def test_the_handshake_gives_the_bare_challenge_back(app, number):
    asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = await get(app, asked + world.VERIFY_TOKEN)
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers[b"content-type"].startswith(b"text/plain")
    assert (await get(app, asked + "guess")).status == 403
    assert (await get(app, asked)).status == 403
    assert (await get(app, "")).status == 403


async def test_other_paths_go_on_to_the_product(app):
    assert (await post(app, b"", path="/inbox/")).status == 299


async def test_a_burst_is_stored_by_a_few_statements(app, number, rung):
    bodies = [posts.body(number, messages=[posts.text(f"burst {n}")]) for n in range(500)]
    groups = []
    store = app.box._store

    async def counted(group: Any) -> None:
        """The first statement takes until everybody else has come, as a slow disk would."""
        groups.append(len(group))
        while sum(groups) + len(app.box._waiting) < len(bodies):
            await asyncio.sleep(0)
        await store(group)

    app.box._store = counted
    answers = await asyncio.gather(
        *(post(app, body, sign(world.APP_SECRET, body)) for body in bodies)
    )
    assert {answer.status for answer in answers} == {200}
    stored = [bytes(e.body) async for e in Envelope.objects.order_by("pk")]
    assert stored == bodies  # in the order of arrival
    assert len(groups) <= 2
    await asyncio.sleep(0.2)
    assert 1 <= len(rung) <= len(groups)


async def test_two_processes_given_the_same_bodies_do_not_wait_in_a_circle(app, number):
    other = intake.in_front_of(app.inner)
    other.bell._ring = lambda: None
    bodies = [posts.body(number, messages=[posts.text(f"both {n}")]) for n in range(200)]
    started = time.monotonic()
    answers = await asyncio.gather(
        *(post(app, body, sign(world.APP_SECRET, body)) for body in bodies),
        *(post(other, body, sign(world.APP_SECRET, body)) for body in reversed(bodies)),
    )
    await other.close()
    assert {answer.status for answer in answers} == {200}
    assert await count() == 200
    assert time.monotonic() - started < 5


async def test_without_a_database_meta_is_told_to_come_again(hello):
    app = intake.Intake(
        lambda *_: None,  # type: ignore[arg-type]
        dsn="host=127.0.0.1 port=9 dbname=nobody connect_timeout=1",
        max_bytes=django_settings.WEBHOOK_MAX_BYTES,
    )
    started = time.monotonic()
    answer = await post(app, hello, sign(world.APP_SECRET, hello))
    assert answer.status == 503
    assert b"retry-after" in answer.headers
    assert time.monotonic() - started < 5
    await app.close()


async def test_when_too_many_wait_the_next_is_told_to_come_again(app, hello, monkeypatch):
    monkeypatch.setattr("webhooks.post_box.MOST_POSTS", 0)
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 503
    monkeypatch.undo()
    assert (await post(app, hello, sign(world.APP_SECRET, hello))).status == 200


async def test_a_bell_that_hangs_delays_no_answer(app, hello):
    released = threading.Event()
    app.bell._ring = lambda: released.wait(10)
    await post(app, hello, sign(world.APP_SECRET, hello))
    started = time.monotonic()
    body = hello + b" "
    assert (await post(app, body, sign(world.APP_SECRET, body))).status == 200
    assert time.monotonic() - started < 1
    released.set()


async def test_what_was_taken_before_the_shutdown_is_stored(app, hello):
    waiting = asyncio.create_task(post(app, hello, sign(world.APP_SECRET, hello)))
    await asyncio.sleep(0)
    sent = []

    async def receive() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "lifespan.shutdown"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    assert (await waiting).status == 200
    assert sent == ["lifespan.shutdown.complete"]
    assert await count() == 1


async def test_answers_are_counted_by_the_minute(app, hello):
    await post(app, hello, sign(world.APP_SECRET, hello))
    await post(app, hello, "sha256=" + "0" * 64)
    await app.meter.write()
    await post(app, hello, None)
    await app.meter.write()
    rows = [row async for row in WebhookMinute.objects.all()]
    assert sum(row.answered for row in rows) == 1
    assert sum(row.refused for row in rows) == 2
    assert all(row.slowest_ms >= 0 for row in rows)
