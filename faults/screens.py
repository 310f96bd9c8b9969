"""Screens: what live.js and place.js do, without a browser. Fragments are kept by id and version; after a gap it asks.

At the end the page that was only ever pushed to must be the page that one would fetch.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import threading
from typing import Any

import requests
from django.conf import settings
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from conversations.tests.page import Screen, parse
from faults.company import Company
from faults.load import session
from faults.site import Standing

SILENCE = 50.0  # seconds, as in live.js: the server speaks every 20
CURSOR = re.compile(r'data-cursor="(\d+)"')
RELOAD = (4401, 4403)


class Watcher(threading.Thread):
    """One agent's open page of one conversation."""

    def __init__(self, standing: Standing, company: Company, conversation_id: int) -> None:
        super().__init__(name=f"screen-{conversation_id}", daemon=True)
        self.base, self.thread = standing.web, conversation_id
        self.address = f"{self.base}/inbox/{conversation_id}/?tab=all&status=any"
        self.session = session(company)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={company.cookie}"
        self.enough = threading.Event()
        self.reloads = self.opened = 0
        self.screen, self.cursor = self.fetched()
        self._line: ClientConnection | None = None
        self._drawing = threading.Lock()

    def fetched(self) -> tuple[Screen, int]:
        """The page as the server tells it now, and up to which change it knows everything."""
        answer = self.session.get(self.address, timeout=120)
        answer.raise_for_status()
        found = CURSOR.search(answer.text)
        if found is None:
            raise RuntimeError("the page has no cursor")
        return Screen(parse(answer.text)), int(found[1])

    def run(self) -> None:
        while not self.enough.is_set():
            with contextlib.suppress(OSError, WebSocketException, requests.RequestException):
                self._listen()
            self.enough.wait(0.2 + random.random() * 0.5)

    def cut(self) -> None:
        """As a lost network does: no goodbye."""
        line = self._line
        if line is not None:
            with contextlib.suppress(OSError):
                line.socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.enough.set()
        self.cut()
        self.join(timeout=30)

    def _listen(self) -> None:
        address = f"ws{self.base.removeprefix('http')}/live/?threads"
        headers = {"Cookie": self.cookie, "Origin": self.base}
        with connect(
            address, additional_headers=headers, max_size=None, open_timeout=20, ping_interval=None
        ) as line:
            self._line = line
            self.opened += 1
            line.send(json.dumps({"threads": [self.thread]}))
            self._ask()
            try:
                while not self.enough.is_set():
                    self._hear(json.loads(line.recv(timeout=SILENCE)))
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in RELOAD:
                    self._reload()
            except TimeoutError:
                return

    def _hear(self, what: dict[str, Any]) -> None:
        if html := what.get("html"):
            self._place(html)
        if what.get("seq", 0) > self.cursor:
            self._ask()

    def _ask(self) -> None:
        params = {"since": self.cursor, "threads": self.thread}
        answer = self.session.get(f"{self.base}/inbox/changes/", params=params, timeout=30)
        if answer.status_code == 205:
            self._reload()
            return
        answer.raise_for_status()
        self._place(answer.text)
        self.cursor = max(self.cursor, int(answer.headers.get("X-Cursor") or 0))

    def _place(self, html: str) -> None:
        with self._drawing:
            self.screen.place(html)

    def _reload(self) -> None:
        fresh, cursor = self.fetched()
        with self._drawing:
            self.screen = fresh
        self.cursor = cursor
        self.reloads += 1

    def differences(self) -> list[str]:
        """Where this screen and the page fetched anew do not agree; empty if they do."""
        truth = self.fetched()[0].truth
        with self._drawing:
            shown = self.screen.truth
        wrong = [
            f"{name}: shown {shown.get(name, ('nothing',))[0]}, should be {told[0]}"
            for name, told in truth.items()
            if shown.get(name) != told
        ]
        rows = {name for name in shown.keys() - truth.keys() if name.startswith("conversation-")}
        return wrong + [f"{name}: shown, and should not be" for name in sorted(rows)]
