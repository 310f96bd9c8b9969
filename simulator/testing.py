"""The simulator inside a test run: `SimulatorServer` starts it on a free port in a thread, in well under a second."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

import uvicorn

from simulator.faults import Faults
from simulator.models import Json
from simulator.outbox import Outbox, Receiver
from simulator.server import Simulator
from simulator.world import World

AT_ONCE: Json = {"sent": [0, 0], "delivered": [0, 0], "read": [0, 0], "review": [0, 0]}


class SimulatorServer:
    """One server per test run; one fresh world per test.

    with SimulatorServer() as meta:
        meta.set_webhook(lambda body, headers: client.post(...).status_code)
        world = meta.fresh_world()
        world.customer("+4915112345678").writes("Hi")
        meta.drain()
    """

    def __init__(self, *, port: int = 0) -> None:
        self.world = World()
        self._simulator = Simulator(self.world)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._simulator.app, log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), daemon=True
        )

    @property
    def outbox(self) -> Outbox:
        """The sender of webhooks: its log, its batch size, its pauses."""
        return self._simulator.outbox

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self._simulator.faults

    def start(self) -> SimulatorServer:
        """Be reachable when this returns."""
        self.fresh_world()
        self._simulator.outbox.start()
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > until:
                raise RuntimeError("The simulator did not start.")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """End the threads and free the port."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._simulator.outbox.stop()
        self._thread.join(timeout=5)
        self._socket.close()

    def fresh_world(self, *, seed: int = 1) -> World:
        """Empty but for one app, WABA, number and token (`simulator.defaults`). Statuses come at once; no faults."""
        with self.world.lock:
            self.world.clock.offset = 0.0
            self.world.reset(seed=seed)
            self.world.settings.update(AT_ONCE)
            self.world.base_url = self.url
            self.world.with_defaults()
        self.faults.clear(seed=seed)
        self.outbox.clear()
        self.outbox.batch = 1
        self.outbox.retry_seconds = 1.0
        return self.world

    def set_webhook(self, target: str | Receiver) -> None:
        """Where webhooks go: a URL, or a function of the raw body and the headers that answers an HTTP status."""
        if callable(target):
            self.outbox.receiver = target
        else:
            self.outbox.receiver = None
            self.world.default_webhook = target

    def drain(self, *, timeout: float = 10.0) -> None:
        """Wait until every webhook that is due has been posted."""
        self.outbox.drain(timeout=timeout)

    def __enter__(self) -> SimulatorServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
