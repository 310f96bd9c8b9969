"""The data folder of `bin/run` and `bin/test`: made, locked against a second copy, and with the secrets in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from waba_inbox.local.processes import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent


def data_folder(path: str) -> Path:
    """The folder, made and tried out."""
    folder = Path(path).expanduser().resolve()
    try:
        for part in (folder, folder / "logs"):
            part.mkdir(parents=True, exist_ok=True)
        (folder / "media").mkdir(mode=0o700, exist_ok=True)  # nobody else of this machine
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as problem:
        raise CannotStart(
            f"The data folder {folder} cannot be used ({problem.strerror}); choose another by DATA_DIR"
        ) from None
    return folder


@contextmanager
def held(folder: Path, *, what: str) -> Iterator[None]:
    """Only one copy works in a data folder."""
    with (folder / "in-use.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"Another {what} is using {folder}; stop it, or give this one its own DATA_DIR"
            ) from None
        yield


def write_privately(file: Path, content: object) -> None:
    """As JSON, for our own eyes: it holds secrets."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(content, stream, indent=1)


def own_secrets(folder: Path) -> dict[str, str]:
    """Made on the first start and kept: without them nobody can read the stored tokens."""
    file = folder / "secrets.json"
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SECRETS_KEYS": Fernet.generate_key().decode(),
        }
        write_privately(file, made)
    try:
        kept = json.loads(file.read_text())
        return {name: str(kept[name]) for name in ("SECRET_KEY", "SECRETS_KEYS")}
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotStart(
            f"{file} is broken; put its copy back, or delete it and enter every token again"
        ) from None


def dotenv(file: Path = ROOT / ".env") -> dict[str, str]:
    """NAME=value lines; the environment wins over them."""
    if not file.exists():
        return {}
    lines = (line.strip() for line in file.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, is_pair, value in pairs if is_pair}
