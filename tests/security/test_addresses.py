"""Every address that somebody else can name and that we would call: nothing but Meta and the known push services.

There are two: where a file or a sample is, in an answer of Meta's; and where a browser wants its pushes. All others
are settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from accounts.models import Agent
from conversations import pushing
from conversations.models import PushSubscription
from whatsapp.client import GraphClient, GraphUnavailable

# {}: a host that is known, so that each trick is tried with the right name in it.
NOWHERE = (
    # private, loopback, link-local, metadata
    "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://metadata.google.internal/", "https://100.64.0.1/",
    "https://0.0.0.0/", "https://255.255.255.255/", "https://224.0.0.1/",
    # the same in other spellings
    "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1./",
    "https://[::1]/", "https://[::]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    # names that could lead anywhere, now or a moment later
    "https://example.com/", "https://127.0.0.1.nip.io/", "https://rebind.example/", "https://inbox.example.com/",
    "https://redis/", "https://db.internal/",
    # nearly a known name
    "https://{}.evil.example/", "https://evil-{}/", "https://x{}/", "https://{}evil.example/", "https://{}./",
    "https://evil.example/{}", "https://evil.example?{}", "https://evil.example#{}", "https://evil.example/.{}/",
    # a known name where two readers read two hosts
    "https://{}@evil.example/", "https://{}:443@evil.example/", "https://evil.example@{}/", "https://a:b@{}/",
    "https://evil.example\\.{}/", "https://evil.example\\@{}/", "https://127.0.0.1\\.{}/", "https:\\\\{}/",
    "https://evil.example%2f.{}/", "https://evil.example%5c.{}/", "https://evil.example%00.{}/",
    "https://evil.example\t.{}/", "https://evil.example\n.{}/", "https://evil.example .{}/", "https://evil.example／.{}/",
    "https://evil.example;.{}/", "https://evil.example,.{}/", "https://*.{}/", "https://.{}/", "https://a..{}/",
    "https://[::1].{}/", "https://ｅvil.{}/",
    # other ports, schemes, and no address at all
    "https://{}:22/", "https://{}:6379/", "https://{}:99999/", "https://{}:-1/", "https://{}:x/", "http://{}/",
    "ftp://{}/", "file:///etc/passwd", "gopher://{}/", "unix:///run/redis.sock", "javascript:alert(1)", "data:,x",
    "//{}/", "{}", "", " ", "https://", "https:///{}", "http+unix://%2Frun%2Fdocker.sock/",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Answers everything by leading elsewhere; keeps what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret")  # type: ignore[attr-defined]
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: Any) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}", asked
    found.shutdown()
    found.server_close()


def test_no_answer_of_metas_makes_us_fetch_from_elsewhere(record_property: Any) -> None:
    client = GraphClient("https://graph.facebook.com", "v25.0", "token")
    for form in NOWHERE:
        address = form.format("fbsbx.com") if "{}" in form else form
        with pytest.raises(GraphUnavailable, match="not safe"):
            next(client.download_media(address))
    for good in (
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://scontent.whatsapp.net:443/v/t1",
        "https://graph.facebook.com/v25.0/1",
    ):
        client._check_media_host(good)
    record_property("counted", f"outgoing addresses: {2 * len(NOWHERE)} refused (files and pushes)")


def test_no_browser_makes_us_push_elsewhere(ana: Agent) -> None:
    for form in NOWHERE:
        address = form.format("fcm.googleapis.com") if "{}" in form else form
        with pytest.raises(pushing.StrangeAddress):
            pushing.check_address(address)
    pushing.check_address("https://fcm.googleapis.com/fcm/send/x:y")
    pushing.check_address("https://db5p.notify.windows.com/w/?token=x")


def test_a_subscription_whose_service_is_no_longer_known_is_forgotten(ana: Agent) -> None:
    row = PushSubscription.objects.create(
        agent=ana, endpoint="https://169.254.169.254/x", p256dh="x", auth="x"
    )
    assert pushing.push(row.pk, {}) is False
    assert not PushSubscription.objects.exists()


def test_nobody_leads_us_on(server: tuple[str, list[str]]) -> None:
    base, asked = server
    client = GraphClient(base, "v25.0", "token")
    with pytest.raises(GraphUnavailable):
        next(client.download_media(f"{base}/file"))
    assert asked == ["/file"]
    with pytest.raises(GraphUnavailable, match="not safe"):  # a Graph of plain http is a test's
        next(GraphClient("http://graph.example", "v25.0", "t").download_media(f"{base}/file"))
