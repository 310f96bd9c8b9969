"""The Graph API over HTTP: reads a call, finds the object that it is about, answers with Meta's envelopes."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator import graph_accounts, graph_media, graph_numbers, graph_templates
from simulator.errors import GraphError, unknown_object
from simulator.faults import Faults
from simulator.outbox import Outbox
from simulator.wire import Call, answer, read
from simulator.world import World

HANG_SECONDS = 120.0


class NeverAnswer(Exception):
    """The call was taken, and the caller shall not hear of it."""


class Graph:
    """One callable endpoint for every Graph path."""

    def __init__(self, world: World, faults: Faults, outbox: Outbox) -> None:
        self.world = world
        self.faults = faults
        self.outbox = outbox

    async def __call__(self, request: Request) -> Response:
        path = request.url.path
        try:
            if fault := self.faults.hits("latency", path=path):
                await asyncio.sleep(fault.seconds)
            if self.faults.hits("error_429", path=path):
                raise GraphError(130429 if path.endswith("/messages") else 4)
            if self.faults.hits("error_500", path=path):
                raise GraphError(2, status=500)
            if fault := self.faults.hits("timeout_before_acceptance", path=path):
                await asyncio.sleep(HANG_SECONDS)
                raise GraphError(2, status=503)
            call = await read(request, self.world)
            if (
                call.params.get("override_callback_uri")
                or call.params.get("callback_url")
                or (call.params.get("webhook_configuration"))
            ):
                await asyncio.to_thread(self._shake_hands, call)
            with self.world.lock:
                result = dispatch(self.world, call)
            if self.faults.hits("timeout_after_acceptance", path=path):
                raise NeverAnswer
        except GraphError as error:
            return answer(error.envelope(), status=error.http_status)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
            # A payload of a shape that no check foresaw: Meta says 100 to those, too.
            refusal = GraphError(100, details=f"{type(problem).__name__}: {problem}")
            return answer(refusal.envelope(), status=refusal.http_status)
        except NeverAnswer:
            await asyncio.sleep(HANG_SECONDS)
            return Response(status_code=504)
        return answer(result)

    def _shake_hands(self, call: Call) -> None:
        """A callback URL must answer the challenge before it is taken."""
        configuration = call.params.get("webhook_configuration")
        source = configuration if isinstance(configuration, dict) else call.params
        url = str(source.get("override_callback_uri") or source.get("callback_url") or "")
        if url and not self.outbox.verify(url, str(source.get("verify_token", ""))):
            raise GraphError(
                2200,
                message="(#2200) Callback verification failed with the following errors: HTTP Status Code = 403;"
                " HTTP Message = Forbidden",
            )


def dispatch(world: World, call: Call) -> Any:
    """Give a call to the module that knows the object."""
    if not call.path:
        raise GraphError(100, message="(#100) Unsupported request.")
    first = call.path[0]
    if first in ("debug_token", "oauth"):
        return graph_accounts.tokens(world, call)
    if first.startswith("upload:"):
        return graph_media.upload_session(world, call)
    if first in world.numbers:
        call.sees(world.numbers[first].waba_id, object_id=first)
        return _number(world, call)
    if first in world.wabas:
        call.sees(first, object_id=first)
        if call.path[1:2] == ("message_templates",):
            return graph_templates.collection(world, call)
        return graph_accounts.waba(world, call)
    if first in world.templates and not world.templates[first].deleted_at:
        call.sees(world.templates[first].waba_id, object_id=first)
        return graph_templates.one(world, call)
    if first in world.media:
        return graph_media.one(world, call)
    if first in world.apps:
        return graph_accounts.app(world, call)
    if any(waba.business_id == first for waba in world.wabas.values()):
        return graph_accounts.business(world, call)
    raise unknown_object(first, method=call.method.lower())


def _number(world: World, call: Call) -> Any:
    edge = call.path[1] if len(call.path) > 1 else ""
    if edge in ("messages", "marketing_messages") and call.method == "POST":
        result, hangs = graph_numbers.messages(world, call)
        if hangs:
            raise NeverAnswer
        return result
    if edge == "media" and call.method == "POST":
        return graph_media.upload(world, call)
    return graph_numbers.handle(world, call)
