"""The client against a scripted server: what was surely not taken, what was refused, and what nobody can know."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from whatsapp import payloads
from whatsapp.client import (
    GraphClient,
    GraphFailure,
    GraphRefusal,
    GraphTimeout,
    GraphUnavailable,
    MediaGone,
    MediaTooLarge,
    Sent,
)
from whatsapp.payloads import Address

TOKEN = "EAAB-very-secret"
SOMEBODYS = "token-of-somebody"
HELLO = payloads.text(Address(wa_id="16505551234"), "Hello")
Answer = Callable[[BaseHTTPRequestHandler], None]


class Script(ThreadingHTTPServer):
    """Plays its answers in order, the last one for ever, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that has hung up is part of the script."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Script

    def play(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), sent))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    do_GET = do_POST = do_DELETE = play

    def log_message(self, format: str, *args: object) -> None:
        pass


def says(status: int, found: object) -> Answer:
    return raw(status, json.dumps(found).encode())


def raw(status: int, data: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def error(status: int, code: int, **more: object) -> Answer:
    return says(status, {"error": {"message": "no", "code": code, **more}})


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def sleeps(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)
    hangs_up(handler)


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"messages":')
    handler.close_connection = True


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    script = Script()
    thread = Thread(target=script.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield script
    script.shutdown()
    script.server_close()
    thread.join()


@pytest.fixture
def script(server: Script) -> Script:
    server.answers, server.asked = [], []
    return server


@pytest.fixture
def graph(script: Script) -> GraphClient:
    return GraphClient(script.url, "v24.0", TOKEN, timeout=(1, 0.3))


def test_a_message_is_sent_with_token_and_user_agent(script, graph):
    script.answers = [
        says(
            200,
            {
                "contacts": [{"input": "+1", "wa_id": "16505551234"}],
                "messages": [{"id": "wamid.1", "message_status": "accepted"}],
            },
        )
    ]
    assert graph.send("106", HELLO) == Sent(
        wamid="wamid.1", wa_id="16505551234", message_status="accepted"
    )
    method, path, headers, sent = script.asked[0]
    assert (method, path) == ("POST", "/v24.0/106/messages")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["User-Agent"].startswith("waba-inbox")
    assert json.loads(sent) == HELLO


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (hangs_up, GraphTimeout),
        (sleeps, GraphTimeout),
        (breaks_off, GraphTimeout),
        (raw(200, b"<html>"), GraphTimeout),
        (says(200, {}), GraphTimeout),
        (says(200, {"messages": [{}]}), GraphTimeout),
        (says(200, []), GraphTimeout),
        (raw(302, b"", Location="/elsewhere"), GraphTimeout),
        (raw(500, b"oops"), GraphTimeout),
        (raw(502, b""), GraphTimeout),
        (error(500, 1), GraphTimeout),
        (error(500, 131000), GraphTimeout),
        (error(500, 424242), GraphTimeout),
        (error(503, 131016), GraphUnavailable),
        (error(503, 2), GraphUnavailable),
        (error(429, 130429), GraphUnavailable),
        (error(400, 131056), GraphUnavailable),
        (error(400, 131000), GraphUnavailable),
        (error(400, 424242, is_transient=True), GraphUnavailable),
        (raw(429, b""), GraphUnavailable),
        (raw(413, b"<html>"), GraphUnavailable),
        (error(401, 190), GraphRefusal),
        (error(400, 131047), GraphRefusal),
        (error(400, 131049), GraphRefusal),
        (error(400, 424242), GraphRefusal),
    ],
)
def test_each_end_of_a_send_is_told_for_what_it_is(script, graph, answer, failure):
    script.answers = [answer]
    with pytest.raises(GraphFailure) as raised:
        graph.send("106", HELLO)
    assert type(raised.value) is failure
    assert len(script.asked) == 1, "a send is never repeated by itself"


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:1", "http://no-such-host.invalid", "tls-to-a-plain-server"]
)
def test_without_a_connection_nothing_was_taken(script, base):
    script.answers = [says(200, {})]
    base = base if base.startswith("http") else script.url.replace("http:", "https:")
    with pytest.raises(GraphUnavailable):
        GraphClient(base, "v24.0", TOKEN).send("106", HELLO)
    assert script.asked == []


def test_a_kept_connection_that_breaks_is_unknown(script, graph):
    script.answers = [says(200, {"messages": [{"id": "wamid.1"}]}), hangs_up]
    graph.send("106", HELLO)
    with pytest.raises(GraphTimeout):
        graph.send("106", HELLO)


def test_a_refusal_carries_metas_words_and_ours(script, graph):
    script.answers = [
        error(
            400, 131009, error_subcode=2494010, error_data={"details": "Bad emoji"}, fbtrace_id="T"
        )
    ]
    with pytest.raises(GraphRefusal) as raised:
        graph.send("106", HELLO)
    refused = raised.value.error
    assert (refused.code, refused.details, refused.trace_id) == (131009, "Bad emoji", "T")
    assert refused.http_status == 400
    assert raised.value.rule.words("ru").what


@pytest.mark.parametrize("answer", [hangs_up, error(401, 190), raw(500, b"")])
def test_no_failure_shows_a_secret(script, answer, caplog):
    script.answers = [answer]
    graph = GraphClient(script.url, "v24.0", TOKEN, timeout=(1, 0.3), app_secret="app-secret")
    with caplog.at_level(logging.DEBUG), pytest.raises(GraphFailure) as raised:
        graph.debug_token(SOMEBODYS)
    shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + repr(graph)
    shown += repr(vars(graph)) + caplog.text
    proof = graph._auth.proof["appsecret_proof"]
    assert TOKEN not in shown
    assert SOMEBODYS not in shown
    assert "app-secret" not in shown
    assert raised.value.__context__ is None
    assert f"appsecret_proof={proof}" in script.asked[0][1]
    assert proof not in caplog.text


def test_pages_are_read_to_the_last_and_the_next_address_is_not_followed(script, graph):
    more = {"cursors": {"after": "A"}, "next": "https://evil.example/?access_token=x"}
    script.answers = [
        says(200, {"data": [{"id": "1"}], "paging": more}),
        says(200, {"data": [], "paging": {**more, "cursors": {"after": "B"}}}),
        says(200, {"data": [{"id": "2"}], "paging": {"cursors": {"after": "C"}}}),
    ]
    assert [found["id"] for found in graph.templates("102", status="APPROVED")] == ["1", "2"]
    assert "status=APPROVED" in script.asked[0][1]
    assert "after=B" in script.asked[2][1]


def test_a_file_is_uploaded_in_a_stream(script, graph):
    script.answers = [says(200, {"id": "77"})]
    file = io.BytesIO(b"x" * 300_000)
    assert graph.upload_media("106", file, mime="image/png", filename='a "b" ё.png') == "77"
    _, path, headers, sent = script.asked[0]
    assert path == "/v24.0/106/media"
    assert int(headers["Content-Length"]) == len(sent)
    boundary = headers["Content-Type"].partition("boundary=")[2].encode()
    parts = sent.split(b"--" + boundary)
    assert b'name="messaging_product"\r\n\r\nwhatsapp' in parts[1]
    assert parts[3].endswith(b"x" * 300_000 + b"\r\n")
    assert "a %22b%22 ё.png".encode() in parts[3]


def test_a_file_is_downloaded_with_the_token(script, graph):
    script.answers = [
        says(200, {"url": f"{script.url}/file", "mime_type": "image/png", "file_size": "200000"}),
        raw(200, b"y" * 200_000),
    ]
    info = graph.media_info("77", "106")
    assert info.size == 200_000
    assert b"".join(graph.download_media(info.url)) == b"y" * 200_000
    assert script.asked[1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_a_file_over_the_cap_and_a_gone_one_are_refused(script, graph):
    script.answers = [raw(200, b"y" * 1000), raw(404, b"")]
    with pytest.raises(MediaTooLarge):
        list(graph.download_media(f"{script.url}/file", max_bytes=999))
    with pytest.raises(MediaGone):
        list(graph.download_media(f"{script.url}/file"))


def test_the_token_goes_to_no_strange_plain_host():
    graph = GraphClient("https://graph.facebook.com", "v24.0", TOKEN)
    with pytest.raises(GraphUnavailable, match="not safe"):
        next(graph.download_media("http://lookaside.fbsbx.com/file"))
    local = GraphClient("http://127.0.0.1:9", "v24.0", TOKEN)
    with pytest.raises(GraphUnavailable, match="not safe"):
        next(local.download_media("http://192.0.2.1/file"))


def test_a_read_receipt_may_show_typing(script, graph):
    script.answers = [says(200, {"success": True})]
    graph.mark_read("106", "wamid.1", typing=True)
    assert json.loads(script.asked[0][3]) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
        "typing_indicator": {"type": "text"},
    }


def test_a_resumable_upload_uses_its_own_authorization(script, graph):
    script.answers = [says(200, {"id": "upload:1"}), says(200, {"h": "4::aW"})]
    file = io.BytesIO(b"png")
    assert graph.resumable_upload("9", file, size=3, mime="image/png", filename="a.png") == "4::aW"
    assert script.asked[1][1].startswith("/v24.0/upload:1")
    assert script.asked[1][2]["Authorization"] == f"OAuth {TOKEN}"
    assert script.asked[1][3] == b"png"


def test_the_proof_is_of_the_token_that_is_sent(script):
    script.answers = [says(200, {"data": {}}), says(200, {"data": {}})]
    graph = GraphClient(script.url, "v24.0", TOKEN, timeout=(1, 0.3), app_secret="app-secret")
    graph.debug_token(SOMEBODYS)
    graph.debug_token(SOMEBODYS, app_token="7|app-secret")
    own, other = (asked[1].rpartition("appsecret_proof=")[2] for asked in script.asked)
    assert own != other
