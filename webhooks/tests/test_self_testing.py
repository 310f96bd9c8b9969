"""The test of our own webhook says what stands in the way: nobody there, somebody else, or a refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import AuditEntry
from webhooks import self_testing


class Door(BaseHTTPRequestHandler):
    """Answers as the test wants: `echoes` the challenge, takes posts `unsigned` and `signed` with these codes."""

    echoes, unsigned, signed = True, 401, 200

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        challenge = asked["hub.challenge"][0] if self.echoes else "hello"
        self._answer(200, challenge.encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(self.signed if self.headers.get("X-Hub-Signature-256") else self.unsigned, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def door(settings) -> Iterator[type[Door]]:
    kind = type("OneDoor", (Door,), {})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.DEBUG = True
    settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
    yield kind
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("answers", "problem"), [
    ({"echoes": False}, self_testing.HANDSHAKE),
    ({"unsigned": 200}, self_testing.OPEN),
    ({"signed": 403}, self_testing.REFUSED),
    ({}, self_testing.NOT_STORED),  # it says yes to all that is signed, and keeps it for itself
])  # fmt: skip
def test_what_answers_there_is_not_what_should(account, ada, door, monkeypatch, answers, problem):
    monkeypatch.setattr(self_testing, "WORKER_SECONDS", 0.2)
    for name, value in answers.items():
        setattr(door, name, value)
    tested = self_testing.run(account.app_id, by=ada)
    assert (tested.webhook_problem, tested.webhook_ms) == (problem, None)
    assert AuditEntry.objects.get(act="app.webhook_tested").details == {"problem": problem}


def test_nobody_answers_and_plain_http_are_told(account, ada, settings):
    settings.DEBUG = True
    settings.PUBLIC_URL = "http://127.0.0.1:1"
    assert self_testing.run(account.app_id, by=ada).webhook_problem == self_testing.UNREACHABLE
    settings.DEBUG = False
    assert self_testing.run(account.app_id, by=ada).webhook_problem == self_testing.NOT_HTTPS
