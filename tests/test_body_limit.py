"""A body that is too large is refused before it reaches the disk."""

from __future__ import annotations

from typing import Any

import pytest

from waba_inbox import body_limit

Message = dict[str, Any]


async def ask(headers: list[tuple[bytes, bytes]], *pieces: bytes) -> tuple[int, list[str]]:
    """The status, and what the application behind it received."""
    received: list[str] = []
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        received.extend([(await receive())["type"] for _piece in pieces])
        await send({"type": "http.response.start", "status": 200})

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    front = body_limit.in_front_of(app, session_cookie="session")
    await front({"type": "http", "headers": headers}, receive, send)
    return sent[0]["status"], received


@pytest.mark.parametrize(
    ("size", "cookie", "status"),
    [
        (b"5000000", b"", 413),
        (b"5000000", b"session=x", 200),
        (b"200000000", b"session=x", 413),
        (b"9" * 5_000, b"session=x", 413),  # more digits than Python reads
        (b"100", b"", 200),
        (b"0", b"", 200),
    ],
)
async def test_a_size_that_is_said_is_judged_at_once(
    size: bytes, cookie: bytes, status: int
) -> None:
    assert (await ask([(b"content-length", size), (b"cookie", cookie)], b"x"))[0] == status


async def test_a_body_that_does_not_say_its_size_is_cut_off(monkeypatch: Any) -> None:
    monkeypatch.setattr(body_limit, "STRANGER", 10)
    assert (await ask([], b"12345", b"12345", b"1"))[1] == [
        "http.request",
        "http.request",
        "http.disconnect",
    ]
