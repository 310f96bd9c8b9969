"""A bucket on this machine: as much of S3 as boto3 asks of it for one file, over the wire."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Held(ThreadingHTTPServer):
    """`files` by path; `asked`: each call with the stretch it wanted; `is_public`: strangers read, too."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.is_public = False
        self.is_out_of_order = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Held]:
    server = Held()
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=30)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Held

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._let_in():
            self.server.files[self.path] = body
            self._say(200, {"ETag": '"1"'})

    def do_GET(self) -> None:
        if self._let_in() and (found := self._found()) is not None:
            wanted = RANGE.fullmatch(self.headers.get("Range", ""))
            if wanted is None:
                self._say(200, {}, found)
            else:
                first = int(wanted[1])
                said = f"bytes {first}-{len(found) - 1}/{len(found)}"
                self._say(206, {"Content-Range": said}, found[first:])

    def do_HEAD(self) -> None:
        if self._let_in() and (found := self._found()) is not None:
            self._say(200, {}, found)

    def do_DELETE(self) -> None:
        if self._let_in():
            self.server.files.pop(self.path, None)
            self._say(204, {})

    def log_message(self, *_said: Any) -> None:
        """Nothing to standard error."""

    def _let_in(self) -> bool:
        self.server.asked.append((self.command, self.headers.get("Range", "")))
        signed = "AWS4-HMAC-SHA256" in self.headers.get("Authorization", "")
        reads = self.command in ("GET", "HEAD")
        if self.server.is_out_of_order:
            self._say(503, {})
            return False
        if not signed and not (self.server.is_public and reads):
            self._say(403, {})
            return False
        return True

    def _found(self) -> bytes | None:
        found = self.server.files.get(self.path)
        if found is None:
            self._say(404, {})
        return found

    def _say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
