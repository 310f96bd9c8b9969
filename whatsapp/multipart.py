"""A multipart body that is read from the file as it is sent, so that 100 MB never stand in memory."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Mapping
from typing import BinaryIO

from urllib3.fields import format_multipart_header_param


class Upload:
    """One file and some fields, as something that requests can stream."""

    def __init__(
        self, fields: Mapping[str, str], *, fileobj: BinaryIO, mime: str, filename: str
    ) -> None:
        boundary = uuid.uuid4().hex
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f"{format_multipart_header_param('filename', filename)}\r\n"
            f"Content-Type: {mime}\r\n\r\n"
        )
        self._parts: list[BinaryIO] = [
            io.BytesIO(head.encode()),
            fileobj,
            io.BytesIO(f"\r\n--{boundary}--\r\n".encode()),
        ]
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.len = sum(
            _left(part) for part in self._parts
        )  # requests reads this for Content-Length

    def read(self, size: int = -1) -> bytes:
        found = b""
        while self._parts and (size < 0 or len(found) < size):
            chunk = self._parts[0].read(size - len(found) if size >= 0 else -1)
            if chunk:
                found += chunk
            else:
                self._parts.pop(0)
        return found


def _left(part: BinaryIO) -> int:
    start = part.tell()
    end = part.seek(0, os.SEEK_END)
    part.seek(start)
    return end - start
