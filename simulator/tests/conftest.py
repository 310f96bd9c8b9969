"""One simulator for these tests, with a receiver that keeps what it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator import defaults
from simulator.changes import envelope
from simulator.models import Json
from simulator.testing import AT_ONCE, SimulatorServer
from simulator.world import World


class Receiver:
    """What a business's server heard, and what it answers."""

    def __init__(self) -> None:
        self.posts: list[tuple[bytes, dict[str, str]]] = []
        self.status = 200

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        self.posts.append((body, headers))
        return self.status

    @property
    def values(self) -> list[Json]:
        """The value of every change, in order of arrival."""
        return [
            change["value"]
            for body, _ in self.posts
            for entry in json.loads(body)["entry"]
            for change in entry["changes"]
        ]

    @property
    def statuses(self) -> list[Json]:
        return [status for value in self.values for status in value.get("statuses", [])]

    @property
    def messages(self) -> list[Json]:
        return [message for value in self.values for message in value.get("messages", [])]


class Wire:
    """A third-party client: plain HTTP and nothing of ours."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {defaults.TOKEN}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.url}/v25.0/{path}", params=params, timeout=10)

    def post(self, path: str, body: Json | None = None, **options: Any) -> requests.Response:
        return self.session.post(f"{self.url}/v25.0/{path}", json=body, timeout=10, **options)

    def delete(self, path: str, **params: Any) -> requests.Response:
        return self.session.delete(f"{self.url}/v25.0/{path}", params=params, timeout=10)

    def send(self, to: str, **body: Any) -> requests.Response:
        whole = {"messaging_product": "whatsapp", "to": to, "type": "text"} | body
        return self.post(f"{defaults.NUMBER_ID}/messages", whole)

    def text(self, to: str, text: str = "Hello") -> requests.Response:
        return self.send(to, text={"body": text})

    def control(self, path: str, body: Json | None = None) -> requests.Response:
        return self.session.post(f"{self.url}/control/{path}", json=body or {}, timeout=30)


@pytest.fixture
def receiver(simulator_server: SimulatorServer) -> Iterator[Receiver]:
    heard = Receiver()
    simulator_server.fresh_world()
    simulator_server.set_webhook(heard)
    yield heard
    simulator_server.set_webhook("")


@pytest.fixture
def server(simulator_server: SimulatorServer, receiver: Receiver) -> SimulatorServer:
    return simulator_server


@pytest.fixture
def wire(server: SimulatorServer) -> Wire:
    return Wire(server.url)


@pytest.fixture
def world() -> World:
    """A world without any server."""
    made = World().with_defaults()
    made.settings.update(AT_ONCE)
    return made


def statuses_of(world: World) -> list[Json]:
    """The status objects that are due now."""
    values = [change["value"] for e in envelope(world.take())["entry"] for change in e["changes"]]
    return [status for value in values for status in value.get("statuses", [])]
