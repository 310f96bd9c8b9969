"""Takes a backup while everything runs: the database as it stood at one moment, then the files.

Files are only ever added (or erased for good), so taken after the database none is missing that it names.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from waba_inbox.backup import programs, sums
from waba_inbox.backup.programs import BackupFailed

DUMP, FILES, MANIFEST = "database.dump", "media.tar", "manifest.json"
NAMED: Final = "%Y-%m-%dT%H%M%SZ"  # its folder, in UTC
ELSEWHERE: Final = "elsewhere"
KEYS: Final = (
    "SECRETS_KEYS and SECRET_KEY are not in it. Keep them somewhere else: "
    "without SECRETS_KEYS nobody can read the tokens in this backup."
)


def take(into: Path, *, keep: int, say: Callable[[str], None]) -> Path:
    """A new folder under `into`, whole once it has its manifest; the oldest beyond `keep` (0: all stay) are deleted."""
    dump = programs.program("pg_dump", major=programs.server_major())
    at = timezone.now()
    folder = into / at.astimezone(UTC).strftime(NAMED)
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as problem:
        raise BackupFailed(f"{folder} cannot be made ({problem.strerror})") from None
    found, migrations = _dump(dump, folder / DUMP, say=say)
    files = _take_files(folder / FILES, say=say)
    write(folder, at=at, found=found, migrations=migrations, files=files)
    for old in _whole(into)[:-keep] if keep else ():
        _delete(old)
        say(f"{old.name}: deleted, {keep} are kept")
    return folder


def _dump(
    program: str, file: Path, *, say: Callable[[str], None]
) -> tuple[dict[str, sums.Sum], list[str]]:
    """The dump and the sums are of the same moment: they share a snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        programs.run(
            [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             f"--file={file}", f"--dbname={programs.address()}"]
        )  # fmt: skip
        found = sums.all_sums()
        rows = MigrationRecorder(connection).migration_qs.values_list("app", "name")
        migrations = sorted(f"{app}.{name}" for app, name in rows)
    say(
        f"database: {len(found)} tables, {sum(one.rows for one in found.values()):,} rows, {_size(file)}"
    )
    return found, migrations


def _take_files(file: Path, *, say: Callable[[str], None]) -> dict[str, Any] | str:
    """Their number and the sum of their names and contents; ELSEWHERE if they are not on a disk of ours."""
    if not isinstance(default_storage, FileSystemStorage):
        say("files: not taken, they are in object storage; see to its own versions and copies")
        return ELSEWHERE
    root = Path(settings.MEDIA_ROOT)
    told = FileSums()
    with tarfile.open(file, "w") as archive:
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if not path.is_file():
                continue
            try:
                stream = path.open("rb")
            except FileNotFoundError:
                continue  # erased at this very moment
            with stream:
                name = str(path.relative_to(root))
                archive.addfile(archive.gettarinfo(arcname=name, fileobj=stream), stream)
                told.add(name, stream)
    say(f"files: {told.files:,}, {_size(file)}")
    return told.as_json()


class FileSums:
    """As the sums of rows: a file's is of its name and content, all together are added up."""

    def __init__(self) -> None:
        self.files = self.bytes = self.sum = 0

    def add(self, name: str, stream: IO[bytes]) -> None:
        stream.seek(0)
        digest = hashlib.md5(f"{name}\0".encode(), usedforsecurity=False)
        while piece := stream.read(1 << 20):
            digest.update(piece)
            self.bytes += len(piece)
        self.files += 1
        self.sum = (self.sum + int(digest.hexdigest(), 16)) % 2**128

    def as_json(self) -> dict[str, Any]:
        return {"files": self.files, "bytes": self.bytes, "sum": f"{self.sum:032x}"}


def write(
    folder: Path,
    *,
    at: datetime,
    found: dict[str, sums.Sum],
    migrations: list[str],
    files: dict[str, Any] | str,
) -> None:
    """The manifest, last of all and all at once: a folder without one is no backup."""
    told = {
        "taken_at": at.isoformat(),
        "postgres": programs.server_major(),
        "migrations": migrations,
        "tables": {name: {"rows": one.rows, "sum": one.sum} for name, one in found.items()},
        "files": files,
        "keys": KEYS,
    }
    draft = folder / f"{MANIFEST}.new"
    draft.write_text(json.dumps(told, indent=1))
    with draft.open() as stream:
        os.fsync(stream.fileno())
    draft.rename(folder / MANIFEST)


def newest(into: Path) -> datetime | None:
    """When the newest whole backup was taken; None if there is none."""
    found = _whole(into)
    if not found:
        return None
    return datetime.strptime(found[-1].name, NAMED).replace(tzinfo=UTC)


def _whole(into: Path) -> list[Path]:
    return sorted(path.parent for path in into.glob(f"????-??-??T??????Z/{MANIFEST}"))


def _delete(folder: Path) -> None:
    """Only what we wrote; the manifest first, so that no half is taken for a whole."""
    for name in (MANIFEST, DUMP, FILES):
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:,.1f} MB"
