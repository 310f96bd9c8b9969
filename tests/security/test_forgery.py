"""Everything that a forger may post to the webhook: what is answered, and that nothing of it is stored.

One table over the intake as it is mounted. Beside it stands what is odd but rightly signed: kept, and harmless.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import Agent, PhoneNumber
from conversations.models import Message
from tests import posts, world
from webhooks import draining, intake
from webhooks.models import Envelope, Quarantined
from webhooks.patience import Patience
from webhooks.tests.test_intake import Answer
from whatsapp.signature import sign

pytestmark = pytest.mark.django_db(transaction=True)

SIGNED = b"x-hub-signature-256"
SECRET = world.APP_SECRET
MB = 1024 * 1024


def hexed(body: bytes, secret: str = SECRET, method: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, method).hexdigest()


@dataclass(frozen=True)
class Forged:
    """One request. `pieces`: the body as it comes in; `ends` is how the client stops: an end, a break, or never."""

    status: int
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    method: str = "POST"
    query: bytes = b""
    path: str = intake.PATH
    ends: str = "end"


def forgeries(good: bytes) -> dict[str, Forged]:
    """Name → request. `good` is a body that would be taken if it were signed."""

    def signed(value: str | bytes, status: int = 403, body: bytes = good, **over: Any) -> Forged:
        raw = value if isinstance(value, bytes) else value.encode()
        return Forged(status, headers=[(SIGNED, raw)], pieces=[body], **over)

    right = sign(SECRET, good)
    digits = right.removeprefix("sha256=")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    flipped = good[:-20] + bytes([good[-20] ^ 1]) + good[-19:]
    large = b" " * (3 * MB + 1)
    asked = b"hub.mode=subscribe&hub.challenge=7&hub.verify_token="
    mine = world.VERIFY_TOKEN.encode()
    return {
        # the header
        "no signature": Forged(401, pieces=[good]),
        "an empty signature": signed("", 401),
        "the prefix alone": signed("sha256="),
        "zeros": signed("sha256=" + "0" * 64),
        "no prefix": signed(digits),
        "the prefix in capitals": signed("SHA256=" + digits),
        "the prefix twice": signed("sha256=" + right),
        "cut by a digit": signed(right[:-1]),
        "cut in half": signed(right[:39]),
        "longer by a digit": signed(right + "0"),
        "a blank within": signed(f"{right[:20]} {right[20:]}"),
        "a null byte after it": signed(right.encode() + b"\0"),
        "wide digits": signed("sha256=" + wide),
        "bytes of no text": signed(b"sha256=" + bytes(range(128, 192))),
        "a hundred thousand digits": signed(right + "0" * 100_000),
        "base64": signed(
            "sha256=" + base64.b64encode(hmac.digest(SECRET.encode(), good, "sha256")).decode()
        ),
        "the right one among others": signed(f"{right}, sha256=0"),
        "twice, the right one last": Forged(
            403, [(SIGNED, b"sha256=" + b"0" * 64), (SIGNED, right.encode())], [good]
        ),
        "twice, the right one first": Forged(
            403, [(SIGNED, right.encode()), (SIGNED, b"sha256=" + b"0" * 64)], [good]
        ),
        "in another header": Forged(401, [(b"x-signature", right.encode())], [good]),
        "in the query": Forged(401, pieces=[good], query=b"X-Hub-Signature-256=" + right.encode()),
        # the method
        "sha1, as Meta once signed": Forged(
            401, [(b"x-hub-signature", b"sha1=" + hexed(good, method="sha1").encode())], [good]
        ),
        "sha1 in the place of sha256": signed("sha1=" + hexed(good, method="sha1")),
        "sha1 under the name of sha256": signed("sha256=" + hexed(good, method="sha1")),
        "sha512": signed("sha256=" + hexed(good, method="sha512")),
        "a hash without a key": signed("sha256=" + hashlib.sha256(good).hexdigest()),
        "the key before the body": signed(
            "sha256=" + hashlib.sha256(SECRET.encode() + good).hexdigest()
        ),
        # the key
        "no key": signed(sign("", good)),
        "another key": signed(sign("another secret", good)),
        "the key and a blank": signed(sign(SECRET + " ", good)),
        "the key in capitals": signed(sign(SECRET.upper(), good)),
        "the verify token": signed(sign(world.VERIFY_TOKEN, good)),
        "the access token": signed(sign(world.TOKEN, good)),
        "the key as it is stored": signed(sign("gAAAAAB", good)),
        # the body
        "of another body": signed(sign(SECRET, b"{}")),
        "of no body": signed(sign(SECRET, b"")),
        "a body changed by a bit": signed(right, body=flipped),
        "a body with one byte more": signed(right, body=good + b" "),
        "a body with one byte less": signed(right, body=good[:-1]),
        "a body with a mark before it": signed(right, body=b"\xef\xbb\xbf" + good),
        "a body twice": signed(right, body=good + good),
        "no body": signed(right, body=b""),
        "a body packed after signing": Forged(
            403, [(SIGNED, right.encode()), (b"content-encoding", b"gzip")], [gzip.compress(good)]
        ),
        "a form": Forged(
            401, [(b"content-type", b"application/x-www-form-urlencoded")], [b"entry=1"]
        ),
        # the length
        "more than 3 MB, and says so": Forged(
            413, [(SIGNED, right.encode()), (b"content-length", b"%d" % len(large))], [large]
        ),
        "more than 3 MB in pieces, rightly signed": Forged(
            413, [(SIGNED, sign(SECRET, large).encode())], [large[:MB]] * 3 + [b"  "]
        ),
        "more than 3 MB as 10 bytes": Forged(
            413, [(SIGNED, right.encode()), (b"content-length", b"10")], [large]
        ),
        "a length of 5,000 digits": Forged(
            413, [(SIGNED, right.encode()), (b"content-length", b"9" * 5_000)], [good]
        ),
        "less than no bytes": Forged(403, [(SIGNED, b"x"), (b"content-length", b"-1")], [good]),
        "a length that is no number": Forged(
            403, [(SIGNED, b"x"), (b"content-length", b"\xb2e9")], [good]
        ),
        "an endless body": Forged(413, [(SIGNED, b"x")], [b"x" * MB] * 9, ends="never"),
        "a body that stops": Forged(408, [(SIGNED, right.encode())], [good[:9]], ends="never"),
        "a body that breaks off": Forged(403, [(SIGNED, right.encode())], [good[:9]], ends="break"),
        # the handshake
        "no verify token": Forged(403, method="GET", query=asked),
        "another verify token": Forged(403, method="GET", query=asked + b"guess"),
        "half of the verify token": Forged(403, method="GET", query=asked + mine[:6]),
        "the verify token and more": Forged(403, method="GET", query=asked + mine + b"0"),
        "a null byte for a verify token": Forged(403, method="GET", query=asked + b"%00"),
        "the app secret for a verify token": Forged(
            403, method="GET", query=asked + SECRET.encode()
        ),
        "the verify token last of two": Forged(
            403, method="GET", query=asked + b"guess&hub.verify_token=" + mine
        ),
        "a verify token that is no text": Forged(403, method="GET", query=asked + b"%ff%fe"),
        "another mode": Forged(
            403, method="GET", query=b"hub.mode=unsubscribe&hub.verify_token=" + mine
        ),
        "two modes": Forged(403, method="GET", query=asked + mine + b"&hub.mode=unsubscribe"),
        "a post with the verify token": Forged(401, pieces=[good], query=asked + mine),
        # other ways in
        **{
            method: Forged(405, [(SIGNED, right.encode())], [good], method=method)
            for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "post")
        },
        **{
            f"the path {path}": Forged(299, [(SIGNED, right.encode())], [good], path=path)
            for path in (
                "/webhooks/whatsapp",
                "//webhooks/whatsapp/",
                "/webhooks/whatsapp/x",
                "/webhooks/whatsapp/../whatsapp/",
                "/WEBHOOKS/WHATSAPP/",
            )
        },
    }


async def sent(app: intake.Intake, request: Forged) -> Answer:
    pieces = list(request.pieces) or [b""]

    async def receive() -> Any:
        if pieces:
            more = len(pieces) > 1 or request.ends != "end"
            return {"type": "http.request", "body": pieces.pop(0), "more_body": more}
        if request.ends == "never":
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": request.method,
        "path": request.path,
        "query_string": request.query,
        "headers": request.headers,
    }
    answer = Answer()
    await app(scope, receive, answer.send)
    return answer


@pytest.fixture
async def app(transactional_db: None) -> AsyncIterator[intake.Intake]:
    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})

    found = intake.in_front_of(elsewhere)
    found.bell._ring = lambda: None
    yield found
    await found.close()


async def test_no_forgery_is_taken(
    app: intake.Intake, number: PhoneNumber, monkeypatch: Any, record_property: Any
) -> None:
    app.patience = Patience(0.5)
    monkeypatch.setattr("webhooks.keys.PAUSE", 3600.0)  # guesses may not make us read keys anew
    good = posts.body(number, messages=[posts.text("Forged")])
    table = forgeries(good)
    wrong = {}
    for name, request in table.items():
        answer = await sent(app, request)
        if answer.status != request.status:
            wrong[name] = answer.status
        told = answer.body + b"".join(answer.headers.values())
        assert SECRET.encode() not in told
        assert world.VERIFY_TOKEN.encode() not in told
        assert await Envelope.objects.acount() == 0, name
    assert not wrong
    answer = await sent(app, Forged(200, [(SIGNED, sign(SECRET, good).encode())], [good]))
    assert answer.status == 200  # what was refused stands in nobody's way
    record_property("counted", f"webhook forgeries: {len(table)} requests, none stored")


async def test_what_is_odd_but_rightly_signed_is_kept_raw_once_and_does_no_harm(
    app: intake.Intake, number: PhoneNumber
) -> None:
    said = posts.body(number, messages=[posts.text("Once")])
    bomb = gzip.compress(b" " * 30 * MB, 9)
    right, packed = sign(SECRET, said), sign(SECRET, bomb)
    odd = [
        Forged(200, [(SIGNED, right.encode())], [said]),
        Forged(200, [(SIGNED, right.encode())], [said]),  # a replay
        Forged(200, [(SIGNED, f"sha256={right[7:].upper()}  ".encode())], [said]),
        Forged(200, [(SIGNED, right.encode()), (b"content-type", b"text/html")], [said]),
        Forged(200, [(SIGNED, right.encode())], [said[:9], b"", said[9:]]),
        Forged(200, [(SIGNED, packed.encode()), (b"content-encoding", b"gzip")], [bomb]),
    ]
    for request in odd:
        assert (await sent(app, request)).status == request.status
    assert {bytes(row.body) async for row in Envelope.objects.all()} == {said, bomb}
    await sync_to_async(draining.drain)()
    assert (await Message.objects.aget()).text == "Once"
    assert "not JSON" in (await Quarantined.objects.aget()).reason  # never unpacked
    await Envelope.objects.all().adelete()
    again = Forged(200, [(SIGNED, right.encode())], [said])  # replayed after the post was let go
    assert (await sent(app, again)).status == 200
    await sync_to_async(draining.drain)()
    assert await Message.objects.acount() == 1


async def test_the_secret_of_another_company_speaks_for_its_own_numbers_only(
    app: intake.Intake, number: PhoneNumber, dan: Agent
) -> None:
    account = await sync_to_async(world.make_account)(dan.workspace)
    account.app.secret = "theirs"
    await sync_to_async(account.app.save)(update_fields=["secret"])
    forged = posts.body(number, messages=[posts.text("From next door")])
    answer = await sent(app, Forged(200, [(SIGNED, sign("theirs", forged).encode())], [forged]))
    assert answer.status == 200  # theirs to sign; kept as theirs
    await sync_to_async(draining.drain)()
    assert not await Message.objects.aexists()
    held = await Quarantined.objects.aget()
    assert held.workspace_id != number.workspace_id


async def test_a_challenge_is_given_back_as_words_that_no_browser_runs(
    app: intake.Intake, number: PhoneNumber
) -> None:
    script = b"%3Cscript%3Ealert(1)%3C/script%3E"
    query = b"hub.mode=subscribe&hub.challenge=" + script + b"&hub.verify_token="
    answer = await sent(app, Forged(200, method="GET", query=query + world.VERIFY_TOKEN.encode()))
    assert answer.headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert answer.headers[b"x-content-type-options"] == b"nosniff"
