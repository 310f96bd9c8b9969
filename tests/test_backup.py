"""A backup is taken of a full site and put into an empty one: every row and every file is there, and it is proved."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conversations.models import MediaFile
from tests import world
from tests.test_survival import database_url
from waba_inbox.backup import programs, restoring, taking
from waba_inbox.backup.programs import BackupFailed
from webhooks.models import Envelope

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database without a table and a folder without a file, as a fresh machine has them."""
    name = f"restored_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(database_url(), autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
        there = database_url().replace(f"/{connection.settings_dict['NAME']}?", f"/{name}?")
        yield {
            **os.environ,
            "DATABASE_URL": there,
            "MEDIA_ROOT": str(tmp_path / "restored-media"),
            "DEBUG": "1",
        }
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill() -> None:
    number = world.make_number(world.make_account(world.make_workspace(name="Северный магазин")))
    thread = world.make_conversation(number)
    for n in range(20):
        world.make_message(thread, f"Где мой заказ № {n}?")
    app = number.account.app
    for n, month in enumerate((timezone.now().date().replace(day=1), date(2001, 3, 1))):
        Envelope.objects.create(app=app, digest=b"%d" % n, body=b"{}", month=month)
    media = MediaFile.objects.create(workspace=number.workspace, number=number, kind="image")
    media.file.save("file", ContentFile(os.urandom(70_000)))


def manage(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_a_backup_restored_into_an_empty_place_has_the_same_sums(
    tmp_path: Path, empty_place: dict[str, str]
):
    fill()
    call_command("backup", tmp_path / "backups", verbosity=0)
    (folder,) = (tmp_path / "backups").iterdir()
    told = json.loads((folder / taking.MANIFEST).read_text())
    assert told["tables"]["conversations_message"]["rows"] == 20
    assert told["tables"]["webhooks_envelope"]["rows"] == 2  # once, not by partition
    assert told["files"]["files"] == 1

    done = manage(empty_place, "restore", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("sums equal") == 2
    assert "SECRETS_KEYS read 1 tokens" in done.stdout
    made = manage(empty_place, "partitions")  # the sums do not hang on how the rows lie
    assert "webhooks_envelope_2001_03: made" in made.stdout, made.stderr
    assert manage(empty_place, "sums", str(folder)).returncode == 0
    with psycopg.connect(empty_place["DATABASE_URL"]) as link:
        link.execute("UPDATE conversations_message SET text = 'x' WHERE text LIKE '%№ 7?'")
    wrong = manage(empty_place, "sums", str(folder))
    assert wrong.returncode == 1
    assert "conversations_message: 20 rows" in wrong.stdout


@pytest.mark.django_db(transaction=True)
def test_old_backups_go_and_half_ones_are_none(tmp_path: Path):
    for day in ("01", "02"):
        old = tmp_path / f"2026-01-{day}T000000Z"
        old.mkdir()
        (old / taking.MANIFEST).write_text("{}")
    half = tmp_path / "2026-01-03T000000Z"
    half.mkdir()
    call_command("backup", tmp_path, keep=2, verbosity=0)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[:2] == ["2026-01-02T000000Z", "2026-01-03T000000Z"]
    assert len(names) == 3
    with pytest.raises(CommandError, match="no whole backup"):
        call_command("restore", half)


@pytest.mark.django_db
def test_a_database_that_is_not_empty_is_left_alone(tmp_path: Path):
    (tmp_path / taking.MANIFEST).write_text('{"postgres": 18, "tables": {}, "files": {}}')
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", tmp_path)


def test_a_program_that_is_missing_or_too_old_is_named():
    with pytest.raises(BackupFailed, match="pg_dump of PostgreSQL 99 or newer was not found"):
        programs.program("pg_dump", major=99)
    assert shutil.which(programs.program("pg_dump", major=14))


@pytest.mark.django_db(transaction=True)
def test_files_in_a_bucket_are_left_to_the_bucket(tmp_path: Path):
    env = {**os.environ, "DATABASE_URL": database_url(), "DEBUG": "1", "MEDIA_BUCKET": "media"}
    done = manage(env, "backup", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "files: not taken, they are in object storage" in done.stdout
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / taking.MANIFEST).read_text())["files"] == taking.ELSEWHERE


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside"])
def test_a_backup_that_somebody_made_writes_nothing_outside_its_folder(tmp_path: Path, name: str):
    with tarfile.open(tmp_path / taking.FILES, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"evil"))
    root = tmp_path / "new" / "media"
    with pytest.raises(BackupFailed, match="no file of a backup"):
        restoring._put_files(tmp_path, root, {}, say=print)
    assert [path for path in tmp_path.rglob("*") if path.name == "outside"] == []
