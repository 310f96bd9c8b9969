"""Meta's POSTs, taken in front of Django: signature checked, raw body durable, then 200. Nothing is parsed here.

Meta's bursts are large and a Django view costs milliseconds, so this is a plain ASGI application; waba_inbox/asgi.py
mounts it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import structlog
from django.conf import settings
from prometheus_client import Counter, Histogram
from psycopg.conninfo import make_conninfo

from webhooks.bell import Bell
from webhooks.keys import Keys
from webhooks.metering import Meter
from webhooks.patience import Patience
from webhooks.post_box import Full, PostBox
from whatsapp import signature
from whatsapp.numerals import whole

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH: Final = "/webhooks/whatsapp/"
BODY_SECONDS: Final = 15.0  # a body that takes longer is not Meta's
PLAIN, JSON = b"text/plain; charset=utf-8", b"application/json"
STORED: Final = [(b"content-length", b"0")]  # Meta reads no words; without any it is one write
SIGNATURE: Final = signature.HEADER.lower().encode()

logger = structlog.get_logger(__name__)
ANSWERS = Counter("webhook_answers_total", "Answers given to webhook posts", ["status"])
STORED_ANSWERS = ANSWERS.labels(200)
SECONDS = Histogram("webhook_answer_seconds", "Time from a post's headers to our answer")


class TooLarge(Exception):
    """The body is longer than Meta ever sends."""


class Intake:
    """Stands in front of the product: answers Meta's path itself and passes everything else on."""

    def __init__(
        self, inner: App, *, dsn: str, max_bytes: int, ring: Callable[[], object] | None = None
    ) -> None:
        self.inner = inner
        self.max_bytes = max_bytes
        self._warned_at = float("-inf")
        self.bell = Bell(ring)
        self.box = PostBox(dsn, on_stored=self.bell.ring)
        self.keys = Keys(self.box.rows)
        self.meter = Meter(self.box.rows)
        self.patience = Patience(BODY_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.inner(scope, receive, send)

    async def close(self) -> None:
        """Store what is waiting, wake the worker a last time, close the connections."""
        await self.meter.close()
        await self.box.close()
        await self.bell.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        is_post = scope["method"] == "POST"
        content_type = JSON
        if is_post:
            status, body = await self._post(scope, receive)
        elif scope["method"] == "GET":
            content_type = PLAIN
            status, body = await self._handshake(scope)
        else:
            status, body = 405, _said("only GET and POST")
        is_stored = is_post and status == 200
        headers = STORED if is_stored else _headers(status, body, content_type=content_type)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        (STORED_ANSWERS if is_stored else ANSWERS.labels(status)).inc()
        seconds = time.perf_counter() - started
        SECONDS.observe(seconds)
        if is_post:
            self.meter.count(status, seconds)

    async def _handshake(self, scope: Scope) -> tuple[int, bytes]:
        """Meta asks once whether this address is ours: the bare challenge back, for one of our verify tokens."""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        token = asked.get("hub.verify_token", [""])[0]
        if asked.get("hub.mode") == ["subscribe"] and token:
            for _attempt in range(2):
                for key in await self.keys.known():
                    if key.verify_token and hmac.compare_digest(
                        key.verify_token.encode(), token.encode()
                    ):
                        return 200, asked.get("hub.challenge", [""])[0].encode()
                await self.keys.look_again()
        return 403, b"the verify token is not ours"

    async def _post(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        header = announced = ""
        for name, value in scope["headers"]:
            if name == SIGNATURE:  # two are one list (RFC 9110, 5.3), and a list signs nothing
                header = (
                    f"{header},{value.decode('latin-1')}" if header else value.decode("latin-1")
                )
            elif name == b"content-length":
                announced = value.decode("latin-1")
        try:
            size = whole(announced)
            if announced.isdigit() and (size is None or size > self.max_bytes):
                raise TooLarge
            with self.patience:
                body = await self._body(receive)
        except TooLarge:
            return 413, _said(f"longer than {self.max_bytes} bytes")
        except TimeoutError:
            return 408, _said("the body took too long")
        if not header:
            return 401, _said(f"no {signature.HEADER} header")
        try:
            app_id = await self.keys.signer(body, header)
            if app_id is None:
                return 403, _said("the signature does not fit")
            await self.box.put(app_id, digest_of(app_id, body), body)
        except Full:
            return 503, _said("too many posts are waiting")
        except Exception as problem:  # no database, no promise: Meta keeps the body and comes again
            self._warn(problem)
            return 503, _said("not stored, send it again")
        return 200, b""

    def _warn(self, problem: Exception) -> None:
        """Once a second: a burst without a database must not fill the disk too."""
        now = time.monotonic()
        if now - self._warned_at > 1:
            self._warned_at = now
            logger.warning("webhooks are not stored", problem=str(problem))

    async def _body(self, receive: Receive) -> bytes:
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body") and len(body) <= self.max_bytes:
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            if size > self.max_bytes:
                raise TooLarge
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        if size > self.max_bytes:
            raise TooLarge
        return b"".join(parts)


def digest_of(app_id: int, body: bytes) -> bytes:
    """Meta's retries are the same bytes. So are its posts to two apps of one account, and those are two posts."""
    digest = hashlib.sha256(b"%d:" % app_id)
    digest.update(body)
    return digest.digest()


def _headers(status: int, body: bytes, *, content_type: bytes) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),  # a challenge is given back as it came
    ]
    if status in (413, 408):  # the rest of the body is not read
        headers.append((b"connection", b"close"))
    if status == 503:
        headers.append((b"retry-after", b"5"))
    return headers


def _said(words: str) -> bytes:
    return json.dumps({"error": words}).encode()


def in_front_of(inner: App) -> Intake:
    """The intake with the database of the settings."""
    where: dict[str, Any] = settings.DATABASES["default"]
    options = {key: value for key, value in where["OPTIONS"].items() if key != "pool"}
    parts = {
        "dbname": where["NAME"],
        "user": where["USER"],
        "password": where["PASSWORD"],
        "host": where["HOST"],
        "port": where["PORT"],
    }
    dsn = make_conninfo("", **{key: value for key, value in (parts | options).items() if value})
    return Intake(inner, dsn=dsn, max_bytes=settings.WEBHOOK_MAX_BYTES)
