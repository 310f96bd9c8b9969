"""Refuses bodies that are too large before Django writes them to the disk: ASGI hands over only whole ones."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from whatsapp.numerals import whole

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[..., Awaitable[None]]

MB: Final = 1024 * 1024
STRANGER: Final = 4 * MB  # who has no session sends forms
AGENT: Final = 101 * MB  # WhatsApp's largest file, and the form around it
WORDS: Final = {
    "en": "The file is too large: WhatsApp takes 100 MB at most.",
    "ru": "Файл слишком большой: WhatsApp принимает не больше 100 МБ.",
}


def in_front_of(app: App, *, session_cookie: str) -> App:
    """`app` with a limit. A body that says its size is answered 413 at once; one that does not is cut off."""
    cookie = f"{session_cookie}=".encode()

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        headers = dict(scope["headers"])
        limit = AGENT if cookie in headers.get(b"cookie", b"") else STRANGER
        said = headers.get(b"content-length", b"")
        size = whole(said.decode("latin-1"))
        if said.isdigit() and (size is None or size > limit):
            return await _refuse(headers, send)
        seen = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > limit else message

        await app(scope, counted, send)

    return limited


async def _refuse(headers: dict[bytes, bytes], send: Send) -> None:
    language = "ru" if headers.get(b"accept-language", b"").lower().startswith(b"ru") else "en"
    body = json.dumps({"code": "too_large", "words": WORDS[language]}, ensure_ascii=False).encode()
    start = {
        "type": "http.response.start",
        "status": 413,
        "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
