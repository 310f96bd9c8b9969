"""A load generator: open sockets as browsers keep them, and when each message was first seen by a second browser.

Each has some of the threads open, as a browser keeps them; the second one all those that it shall see bubbles of.
`python -m bench.watching '{"port": …}'` prints `ready` once all sockets are open, and JSON once its input is closed.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop
from websockets.asyncio.client import connect

DECK = 12  # threads that a browser keeps
SECOND = 1
MARK = re.compile(r"#(\d{6,}) ")


class Watcher:
    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.fragments: list[int] = []
        self.last = 0.0

    async def watch(self, socket: Any, place: int) -> None:
        """The second socket notes what it sees; all count."""
        async for frame in socket:
            if '"html"' not in frame[:10]:
                continue
            self.fragments[place] += 1
            self.last = time.time()
            if place == SECOND and "messages-" in frame:  # bubbles, not the row that tells of them
                now = time.time()
                for mark in MARK.findall(frame):
                    self.seen.setdefault(mark, now)


def opened(place: int, *, threads: int) -> list[int]:
    """Every browser others, until all are open somewhere."""
    return [1 + (place * DECK + n) % threads for n in range(DECK)]


async def main(asked: dict[str, Any]) -> None:
    watcher = Watcher()
    address = f"ws://127.0.0.1:{asked['port']}/live/?threads"
    tasks = []
    for place in range(asked["sockets"]):
        cookie = asked["cookies"][place % len(asked["cookies"])]
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{asked['port']}"}
        socket = await connect(
            address,
            additional_headers=headers,
            max_size=None,
            compression=None,
            ping_interval=None,
            open_timeout=60,
        )
        watcher.fragments.append(0)
        threads = opened(place, threads=asked["threads"])
        if place == SECOND:
            threads = asked["seen"] or threads
        await socket.send(json.dumps({"threads": threads}))
        tasks.append(asyncio.create_task(watcher.watch(socket, place)))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    print(json.dumps({"seen": watcher.seen, "fragments": watcher.fragments, "last": watcher.last}))


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
