"""Puts the parts together: one ASGI application, one outbox, one state file."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.control import Control
from simulator.faults import Faults
from simulator.graph import Graph
from simulator.graph_media import Download, Portrait, Sample
from simulator.outbox import Outbox
from simulator.phone_pages import Phone
from simulator.world import World


class Simulator:
    """Everything of one running simulator."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.outbox = Outbox(world, self.faults)
        self.phone = Phone(world)
        self.control = Control(world, self.faults, self.outbox)
        graph = Graph(world, self.faults, self.outbox)
        methods = ["GET", "POST", "DELETE", "PUT"]
        self.app = Starlette(
            routes=[
                Route("/", _home),
                Route("/healthz", _alive),
                *self.control.routes(),
                *self.phone.routes(),
                Route("/sample/{media_id}", Sample(world).__call__),
                Route("/media/profile/{media_id}", Portrait(world).__call__),
                Route("/media/{media_id}/{until:int}/{signature}", Download(world).__call__),
                Route("/{path:path}", graph.__call__, methods=methods),
            ]
        )


async def _home(request: Request) -> Response:
    return RedirectResponse("/phone")


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"})
