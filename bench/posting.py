"""A load generator: posts signed webhooks over kept-open connections, cheaply, and notes how long answers took.

`python -m bench.posting '{"port": …}'`; the answer is JSON. Bodies are made and signed before the clock starts.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import uvloop

from bench import bodies
from bench.figures import share


class Connection(asyncio.Protocol):
    """One post at a time. `begin` says when the next one may go; it is called again with each answer."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.load.idle.append(self)
        self.load.feed()

    def post(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.buffer.endswith((b"\r\n\r\n", b"}")):  # no words, or a JSON object
            return
        status, self.buffer = self.buffer[9:12], b""
        self.load.note(status, time.perf_counter() - self.sent_at)
        self.load.idle.append(self)
        self.load.feed()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.load.is_over:
            self.load.failures += 1


class Load:
    def __init__(self, requests: Iterator[bytes], *, seconds: float, rate: float) -> None:
        self.requests = requests
        self.rate = rate
        self.idle: list[Connection] = []
        self.times: list[float] = []
        self.failures = self.given = 0
        self.seconds = seconds
        self.started_at = 0.0
        self.is_over = False
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def feed(self) -> None:
        """Without a rate every idle connection posts at once; with one, a post goes when its time has come."""
        while self.idle and self.started_at and not self.is_over:
            if self.rate and self.given > (time.perf_counter() - self.started_at) * self.rate:
                return
            request = next(self.requests, None)
            if request is None or time.perf_counter() - self.started_at > self.seconds:
                self.finish()
                return
            self.given += 1
            self.idle.pop().post(request)

    def note(self, status: bytes, seconds: float) -> None:
        self.times.append(seconds)
        if status != b"200":
            self.failures += 1

    def finish(self) -> None:
        self.is_over = True
        if not self.end.done():
            self.end.set_result(None)


async def post(
    *, port: int, connections: int, seconds: float, rate: float, requests: list[bytes]
) -> Load:
    load = Load(iter(requests), seconds=seconds, rate=rate)
    loop = asyncio.get_running_loop()
    links = [
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
        for _ in range(connections)
    ]
    load.started_at = time.perf_counter()
    load.feed()
    while rate and not load.is_over:
        await asyncio.sleep(min(0.002, 1 / rate))
        load.feed()
    await load.end
    took = time.perf_counter() - load.started_at
    for transport, _protocol in links:
        transport.close()
    load.seconds = took
    return load


def main() -> None:
    asked = json.loads(sys.argv[1])
    source = itertools.islice(
        bodies.signed(asked["secret"], asked["numbers"], start=asked["start"]), asked["most"]
    )
    requests = [bodies.request(asked["port"], body, signature) for body, signature in source]
    began = time.process_time()
    load = uvloop.run(
        post(
            port=asked["port"],
            connections=asked["connections"],
            seconds=asked["seconds"],
            rate=asked["rate"],
            requests=requests,
        )
    )
    times = sorted(load.times)
    told = {
        "processor_seconds": time.process_time() - began,
        "answers": len(times),
        "failures": load.failures,
        "per_second": len(times) / load.seconds,
        "p50_ms": share(times, 0.5) * 1000,
        "p99_ms": share(times, 0.99) * 1000,
        "max_ms": times[-1] * 1000,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
