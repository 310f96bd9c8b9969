"""The customer's phone in the browser: one page, its files, what it reads (JSON) and hears (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from simulator.models import Customer, Json, Message, Number
from simulator.people import digits_of, pretty
from simulator.world import World

HERE: Final = Path(__file__).parent / "phone"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: http: https:;"
    " media-src 'self' blob: http: https:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
SHOWN_AT_ONCE: Final = 120


def line_of(message: Message | None) -> Json | None:
    """The last line of a chat, for the list."""
    if message is None:
        return None
    text = ""
    if message.is_revoked:
        text = ""
    elif message.type == "text":
        text = message.content.get("body", "")
    elif message.type == "template":
        text = message.rendered.get("body", "")
    elif message.type == "button":
        text = message.content.get("text", "")
    elif message.type == "interactive":
        content = message.content
        reply = content.get("button_reply") or content.get("list_reply") or {}
        text = reply.get("title") or (content.get("body") or {}).get("text", "")
    elif isinstance(message.content, dict):
        text = str(message.content.get("caption") or message.content.get("name") or "")
    return {
        "type": "revoked" if message.is_revoked else message.type,
        "text": text[:120],
        "direction": message.direction,
        "status": message.status,
        "at": message.at,
    }


def _ranged(data: bytes, wanted: str, *, kind: str, headers: dict[str, str]) -> Response:
    """Players ask for parts of a file; without them they neither know its length nor jump in it."""
    headers = headers | {"Accept-Ranges": "bytes"}
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
    if match is None or int(match[1]) >= len(data):
        return Response(data, media_type=kind, headers=headers)
    first, last = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], status_code=206, media_type=kind, headers=headers)


class Phone:
    """The page's server side. It reads the world; what the customer does goes through /control/act."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ears: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[str]]] = set()
        world.listeners.append(self._hear)

    def routes(self) -> list[BaseRoute]:
        """Everything under /phone."""
        return [
            Route("/phone", self.page),
            Route("/phone/chats", self.chats),
            Route("/phone/chat", self.chat),
            Route("/phone/message/{wamid}", self.message),
            Route("/phone/file/{media_id}", self.file),
            Route("/phone/events", self.events),
            Mount("/phone/files", StaticFiles(directory=HERE)),
        ]

    async def page(self, request: Request) -> Response:
        return FileResponse(
            HERE / "phone.html",
            headers={
                "Content-Security-Policy": POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "no-cache",
            },
        )

    def _number(self, request: Request) -> Number | None:
        wanted = request.query_params.get("number", "")
        return self.world.numbers.get(wanted) or next(iter(self.world.numbers.values()), None)

    async def chats(self, request: Request) -> Response:
        """The businesses to write to, and the customers with their last line in the chat with one of them."""
        with self.world.lock:
            number = self._number(request)
            numbers = [
                {
                    "id": n.id,
                    "name": n.verified_name,
                    "phone": pretty(digits_of(n.phone)),
                    "waba_id": n.waba_id,
                }
                for n in self.world.numbers.values()
            ]
            people = [self.person(customer, number) for customer in self.world.customers.values()]
        people.sort(key=lambda p: (p["last"] or {}).get("at", 0), reverse=True)
        return JSONResponse(
            {
                "numbers": numbers,
                "number_id": number.id if number else "",
                "customers": people[:1000],
            }
        )

    def person(self, customer: Customer, number: Number | None) -> Json:
        """A customer for the list."""
        thread = self.world.threads.get((number.id, customer.id), []) if number else []
        last = next(
            (
                self.world.messages[i]
                for i in reversed(thread)
                if self.world.messages[i].type != "reaction"
            ),
            None,
        )
        unread = 0
        for wamid in reversed(thread[-50:]):
            message = self.world.messages[wamid]
            if message.direction == "in":
                break
            unread += (
                message.direction == "out"
                and message.status == "delivered"
                and message.type != "reaction"
            )
        return {
            "id": customer.id,
            "name": customer.name
            or (pretty(customer.wa_id) if customer.wa_id else customer.username or customer.id),
            "phone": pretty(customer.wa_id) if customer.wa_id else "",
            "user_id": customer.user_id,
            "username": customer.username,
            "behaviour": customer.behaviour,
            "is_online": customer.is_online,
            "shares_phone": customer.shares_phone,
            "stopped": bool(number and number.waba_id in customer.stopped),
            "unread": unread,
            "last": line_of(last),
        }

    async def chat(self, request: Request) -> Response:
        """One chat, newest messages; `?before=` a time gives older ones."""
        with self.world.lock:
            number = self._number(request)
            customer = self.world.find_customer(request.query_params.get("customer", ""))
            if number is None or customer is None:
                return JSONResponse({"error": "There is no such chat."}, status_code=404)
            thread = [
                self.world.messages[i] for i in self.world.threads.get((number.id, customer.id), [])
            ]
            if before := request.query_params.get("before"):
                thread = [message for message in thread if message.at < float(before)]
            thread = [
                message for message in thread if message.type not in ("reaction", "edit", "revoke")
            ]
            typing = self.world.typing.get((number.id, customer.id), 0) > self.world.clock.now()
            return JSONResponse(
                {
                    "customer": self.person(customer, number),
                    "messages": [self.shown(message) for message in thread[-SHOWN_AT_ONCE:]],
                    "more": len(thread) > SHOWN_AT_ONCE,
                    "typing": typing,
                    "now": self.world.clock.now(),
                }
            )

    def shown(self, message: Message) -> Json:
        """A message for the page. What Meta never delivered is not on the phone."""
        # A business quotes by `message_id`, a customer's message names it `id`.
        quoted_id = message.context.get("id") or message.context.get("message_id")
        quoted = self.world.messages.get(str(quoted_id or ""))
        return {
            "id": message.id,
            "number_id": message.number_id,
            "customer_id": message.customer_id,
            "direction": message.direction,
            "type": message.type,
            "content": message.content,
            "rendered": message.rendered,
            "referral": message.referral,
            "at": message.at,
            "status": message.status,
            "error": message.error,
            "reactions": [e for e in (message.reaction_in, message.reaction_out) if e],
            "my_reaction": message.reaction_in,
            "is_edited": message.is_edited,
            "is_revoked": message.is_revoked,
            "quote": (line_of(quoted) or {}) | {"id": quoted.id} if quoted else None,
        }

    async def message(self, request: Request) -> Response:
        """One message, after an event named it."""
        with self.world.lock:
            found = self.world.messages.get(request.path_params["wamid"])
            if found is None:
                return JSONResponse({"error": "There is no such message."}, status_code=404)
            number = self.world.numbers.get(found.number_id)
            customer = self.world.customers[found.customer_id]
            return JSONResponse(
                {"message": self.shown(found), "customer": self.person(customer, number)}
            )

    async def file(self, request: Request) -> Response:
        """A file of a chat. The phone needs no token; this is its own memory."""
        media = self.world.media.get(request.path_params["media_id"])
        data = self.world.blobs.get(request.path_params["media_id"])
        if media is None or data is None:
            return Response("Not found", status_code=404)
        kind = (
            media.mime_type
            if media.mime_type.split("/")[0] in ("image", "audio", "video")
            else "application/octet-stream"
        )
        if "svg" in kind:
            kind = "application/octet-stream"
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=86400",
        }
        return _ranged(data, request.headers.get("range", ""), kind=kind, headers=headers)

    # --- live ------------------------------------------------------------------------------------------------------

    def _hear(self, kind: str, number_id: str, key: str) -> None:
        if not self._ears:
            return
        text = json.dumps({"kind": kind, "number_id": number_id, "id": key})
        for loop, ear in list(self._ears):
            loop.call_soon_threadsafe(ear.put_nowait, text)

    async def events(self, request: Request) -> Response:
        """A stream of names: which message or customer changed."""
        ear: tuple[asyncio.AbstractEventLoop, asyncio.Queue[str]] = (
            asyncio.get_running_loop(),
            asyncio.Queue(),
        )
        self._ears.add(ear)

        async def stream() -> AsyncIterator[str]:
            try:
                yield "retry: 1000\n\n"
                while True:
                    try:
                        text = await asyncio.wait_for(ear[1].get(), timeout=15)
                        yield f"data: {text}\n\n"
                    except TimeoutError:
                        yield ": still here\n\n"
            finally:
                self._ears.discard(ear)

        return StreamingResponse(
            stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )
