"""Puts a backup into an empty place, and proves that nothing is missing: rows and files add up to the same sums."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import BusinessAccount
from accounts.secrets import UnreadableSecret
from waba_inbox.backup import programs, sums
from waba_inbox.backup.programs import BackupFailed
from waba_inbox.backup.taking import DUMP, ELSEWHERE, FILES, KEYS, MANIFEST, FileSums


def restore(folder: Path, *, say: Callable[[str], None]) -> None:
    """Into the database of DATABASE_URL and the folder MEDIA_ROOT, both of which must be empty. Raises BackupFailed."""
    told = manifest(folder)
    root = Path(settings.MEDIA_ROOT)
    _must_be_empty(root)
    written, here = int(told["postgres"]), programs.server_major()
    if here < written:
        raise BackupFailed(f"The backup is of PostgreSQL {written}, this server is {here}: too old")
    program = programs.program("pg_restore", major=written)
    programs.run(
        [program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
         f"--dbname={programs.address()}", str(folder / DUMP)]
    )  # fmt: skip
    connection.close()  # what it knew of this database was of an empty one
    _prove_rows(told, say=say)
    _put_files(folder, root, told["files"], say=say)
    _try_keys(say=say)


def manifest(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        int(told["postgres"]), told["tables"], told["files"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupFailed(f"{folder} holds no whole backup: its {MANIFEST} is missing") from None
    return told


def _must_be_empty(root: Path) -> None:
    if there := sums.tables():
        name = connection.settings_dict["NAME"]
        raise BackupFailed(
            f"The database {name} is not empty ({len(there)} tables); restore into a new one"
        )
    if root.is_dir() and next((path for path in root.rglob("*") if path.is_file()), None):
        raise BackupFailed(f"{root} is not empty; name another MEDIA_ROOT, or move it away")


def _prove_rows(told: dict[str, Any], *, say: Callable[[str], None]) -> None:
    wanted = {name: sums.Sum(one["rows"], one["sum"]) for name, one in told["tables"].items()}
    with transaction.atomic():
        found = sums.all_sums()
    if wrong := sums.differences(wanted, found):
        raise BackupFailed(f"The restored rows are not those of the backup: {'; '.join(wrong)}")
    say(
        f"database: {len(found)} tables, {sum(one.rows for one in found.values()):,} rows, sums equal"
    )


def _put_files(
    folder: Path, root: Path, wanted: dict[str, Any] | str, *, say: Callable[[str], None]
) -> None:
    if wanted == ELSEWHERE:
        say("files: not in the backup, they are in object storage")
        return
    root.mkdir(parents=True, exist_ok=True)
    told = FileSums()
    try:
        with tarfile.open(folder / FILES) as archive:
            for member in archive:
                _put_file(archive, member, root)
    except (tarfile.TarError, OSError) as problem:
        raise BackupFailed(f"The files of the backup cannot be unpacked: {problem}") from None
    for path in root.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                told.add(str(path.relative_to(root)), stream)
    if told.as_json() != wanted:
        raise BackupFailed(f"The files are not those of the backup: {told.as_json()}, not {wanted}")
    say(f"files: {told.files:,}, sums equal")


def _put_file(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    """Nothing leads out of the folder. By hand, as Debian 12’s Python 3.11.2 knows no `extractall(filter="data")`."""
    path = root / member.name
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or not path.resolve().is_relative_to(root.resolve()):
        raise BackupFailed(f"{member.name} is no file of a backup; nothing more is unpacked")
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _try_keys(*, say: Callable[[str], None]) -> None:
    try:
        tokens = list(BusinessAccount.objects.values_list("token", flat=True))
    except UnreadableSecret:
        say(f"keys: SECRETS_KEYS of this site do not read the tokens. {KEYS}")
    else:
        say(f"keys: SECRETS_KEYS read {len(tokens)} tokens")
