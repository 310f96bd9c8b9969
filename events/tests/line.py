"""A browser's end of the live line, for tests (Channels' own needs Daphne, which we do not use)."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.test import Client

PATIENCE = 30  # seconds: a slow machine is no fault


class Line(ApplicationCommunicator):
    """Connects to an ASGI application as a socket of `/live/`."""

    def __init__(self, application: Any, *, headers: Any = (), **scope: Any) -> None:
        fixed = {"type": "websocket", "path": "/live/", "query_string": b"", "subprotocols": []}
        super().__init__(application, fixed | {"headers": list(headers)} | scope)

    async def opened(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(PATIENCE))["type"] == "websocket.accept")

    async def said(self) -> Any:
        """The next thing that the browser is told."""
        output = await self.receive_output(PATIENCE)
        assert output["type"] == "websocket.send", output
        return json.loads(output["text"])

    async def closed(self) -> int:
        """The code with which the server hangs up."""
        output = await self.receive_output(PATIENCE)
        assert output["type"] == "websocket.close", output
        return int(output["code"])

    async def is_silent(self) -> bool:
        return bool(await self.receive_nothing(0.1))

    async def hang_up(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE)


def line_of(client: Client, *, query: bytes = b"", origin: bytes = b"http://testserver") -> Line:
    """The socket that a page of this session opens, through the whole application."""
    from waba_inbox.asgi import application

    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"cookie", cookies.encode()), (b"host", b"testserver"), (b"origin", origin)]
    return Line(application, headers=headers, query_string=query)
