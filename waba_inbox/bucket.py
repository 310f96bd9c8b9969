"""Files in a bucket of S3, or what speaks like it: read as far as asked, in flat memory, failing as a disk fails."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

BUFFER: Final = 256 * 1024
# Sums that only newer ones know are left out: Ceph and older MinIO refuse them. TLS watches over the way.
CALLS: Final = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class Bucket(S3Storage):
    """django-storages, whose reader takes the whole object into memory for every stretch that is asked for."""

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "client_config": CALLS}

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode != "rb":
            raise ValueError("files in a bucket are stored whole: save() writes them")
        with _as_a_disk():
            return File(io.BufferedReader(_Object(self, name), BUFFER), name)

    def _save(self, name: str, content: File[Any]) -> str:
        with _as_a_disk():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_a_disk():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_a_disk():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with _as_a_disk():
            return int(super().size(name))

    def asked(self, name: str) -> dict[str, str]:
        """What names this object in a call."""
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


class _Object(io.RawIOBase):
    """An object's bytes from wherever one seeks to; asked for when they are read, and only as far as they are."""

    def __init__(self, storage: Bucket, name: str) -> None:
        self._client, self._asked = storage.connection.meta.client, storage.asked(name)
        self._size = int(self._client.head_object(**self._asked)["ContentLength"])
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset != self._at:
            self._hang_up()
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        with _as_a_disk():
            if self._body is None:
                found = self._client.get_object(**self._asked, Range=f"bytes={self._at}-")
                self._body = found["Body"]
            piece: bytes = self._body.read(len(buffer))
        if not piece:
            raise OSError(f"{self._asked['Key']} ends at {self._at} of {self._size} bytes")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        body, self._body = getattr(self, "_body", None), None
        if body is not None:
            body.close()


@contextmanager
def _as_a_disk() -> Iterator[None]:
    """Who stores files knows OSError: a disk that is full, a file that is gone."""
    try:
        yield
    except ClientError as problem:
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise (FileNotFoundError if status == 404 else OSError)(str(problem)) from problem
    except (BotoCoreError, HTTPClientError, Boto3Error) as problem:
        raise OSError(f"the bucket: {problem}") from problem
