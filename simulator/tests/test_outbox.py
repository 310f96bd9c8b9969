"""Webhooks on their way: signature, batches, order, tries, faults."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from simulator import defaults
from simulator.faults import Fault
from simulator.testing import SimulatorServer
from simulator.tests.conftest import Receiver, Wire
from whatsapp.signature import HEADER, verify

ANNA = "+4915112345678"


def test_every_post_is_signed_over_its_very_bytes(server: SimulatorServer, receiver: Receiver):
    server.world.customer(ANNA).writes("Привет")
    server.drain()
    body, headers = receiver.posts[0]
    assert verify([defaults.APP_SECRET], body, headers[HEADER])
    assert not verify(["another"], body, headers[HEADER])
    assert b"\\u041f" in body


def test_one_chat_keeps_its_order(server: SimulatorServer, receiver: Receiver):
    people = [server.world.customer(f"49151000000{n}") for n in range(10, 16)]
    for n in range(30):
        for person in people:
            person.writes(str(n))
    server.drain()
    for person in people:
        heard = [m["text"]["body"] for m in receiver.messages if m["from"] == person.id]
        assert heard == [str(n) for n in range(30)]


def test_a_burst_goes_in_batches(wire: Wire, server: SimulatorServer, receiver: Receiver):
    answer = wire.control("burst", {"messages": 500, "customers": 50, "batch": 10})
    assert answer.json()["messages"] == 500
    server.drain()
    assert len(receiver.messages) == 500
    assert len({m["id"] for m in receiver.messages}) == 500
    assert len(receiver.posts) <= 60


def test_what_is_not_answered_200_is_tried_again(server: SimulatorServer, receiver: Receiver):
    server.outbox.retry_seconds = 60
    receiver.status = 503
    server.world.customer(ANNA).writes("Hello")
    server.drain()
    assert len(receiver.posts) == 1
    assert server.outbox.waiting()[0]["attempt"] == 2
    receiver.status = 200
    server.world.time_passes(seconds=61)
    deadline = time.monotonic() + 5
    while len(receiver.posts) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert receiver.posts[0][0] == receiver.posts[1][0]
    server.drain()
    assert server.outbox.waiting() == []


@pytest.mark.parametrize(("name", "posts"), [("drop", 0), ("duplicate", 2), ("lost", 1)])
def test_faults_in_the_way(server: SimulatorServer, receiver: Receiver, name: str, posts: int):
    server.outbox.retry_seconds = 0.05
    server.faults.switch_on(Fault(name=name, times=1))
    server.world.customer(ANNA).writes("Hello")
    time.sleep(0.2)
    server.drain()
    assert len(receiver.posts) == posts
    server.world.customer(ANNA).writes("Again")
    server.drain()
    assert len(receiver.posts) == posts + 1


def test_disorder_loses_nothing(server: SimulatorServer, receiver: Receiver):
    server.faults.switch_on(Fault(name="reorder", seconds=0.1))
    anna = server.world.customer(ANNA)
    for n in range(40):
        anna.writes(str(n))
    time.sleep(0.3)
    server.drain()
    heard = [m["text"]["body"] for m in receiver.messages]
    assert sorted(heard, key=int) == [str(n) for n in range(40)]
    assert heard != sorted(heard, key=int)


@pytest.mark.parametrize(("name", "status"), [("error_429", 429), ("error_500", 500)])
def test_faults_of_the_graph_answer_and_end(wire: Wire, name: str, status: int):
    wire.control("faults", {"name": name, "times": 1, "path": "messages"})
    assert wire.get(defaults.NUMBER_ID).status_code == 200
    assert wire.text(ANNA).status_code == status
    assert wire.text(ANNA).status_code == 200


def test_an_unknown_fault_is_refused_in_words(wire: Wire):
    answer = wire.control("faults", {"name": "earthquake"})
    assert answer.status_code == 400
    assert "earthquake" in answer.json()["error"]


class _Inbox(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    token = "right"

    def do_GET(self) -> None:
        query = dict(p.split("=") for p in self.path.partition("?")[2].split("&"))
        is_right = query["hub.verify_token"] == self.token
        body = query["hub.challenge"].encode() if is_right else b"no"
        self.send_response(200 if is_right else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, self.headers[HEADER]))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[http.server.ThreadingHTTPServer]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Inbox)
    made.heard = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def test_an_override_is_taken_after_the_handshake_and_used(
    wire: Wire, server: SimulatorServer, inbox: http.server.ThreadingHTTPServer
):
    server.set_webhook("http://127.0.0.1:9/nobody")
    url = f"http://127.0.0.1:{inbox.server_address[1]}/hook"
    edge = f"{defaults.WABA_ID}/subscribed_apps"
    wrong = wire.post(edge, {"override_callback_uri": url, "verify_token": "wrong"})
    assert wrong.json()["error"]["code"] == 2200
    assert (
        wire.post(edge, {"override_callback_uri": url, "verify_token": "right"}).status_code == 200
    )
    server.world.customer(ANNA).writes("Hello")
    server.drain()
    body, signature = inbox.heard[0]  # type: ignore[attr-defined]
    assert verify([defaults.APP_SECRET], body, signature)
    assert server.outbox.log[-1]["status"] == 200
