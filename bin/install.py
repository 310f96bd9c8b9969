"""Makes .venv and installs what requirements-dev.txt pins; does nothing if that is done. Standard library only."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.txt"
LOG = VENV / "install.log"


class CannotInstall(Exception):
    """One sentence for the person who typed the command."""


def wanted() -> str:
    files = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    return "".join(file.read_text() for file in files)


def is_usable() -> bool:
    """Whether .venv has a Python that starts: it breaks when the folder is moved or the system's Python goes."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotInstall(
            f"This Python has no venv module; on Debian and Ubuntu: apt install python{version}-venv"
        ) from None
    if VENV.exists():
        shutil.rmtree(VENV)
    venv.create(VENV, with_pip=True, symlinks=True)


def install() -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip += ["--retries", "2", "--timeout", "20", "-r", "requirements-dev.txt"]
    with LOG.open("w") as log:
        done = subprocess.run(pip, cwd=ROOT, stdout=log, stderr=log, check=False)
    if done.returncode:
        errors = [line for line in LOG.read_text().splitlines() if line.startswith("ERROR:")]
        reason = (
            errors[-1].removeprefix("ERROR: ") if errors else f"pip ended with {done.returncode}"
        )
        raise CannotInstall(
            f"The Python packages could not be installed; is PyPI within reach? ({reason}; see {LOG})"
        )


def ensure() -> None:
    """The whole step. Two commands that start at once take turns."""
    with (ROOT / "requirements-dev.txt").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_usable() and STAMP.exists() and STAMP.read_text() == wanted():
            return
        if not is_usable():
            print("Making .venv …", file=sys.stderr)
            make_venv()
        print("Installing the Python packages (a minute or two, only this time) …", file=sys.stderr)
        install()
        STAMP.write_text(wanted())


if __name__ == "__main__":
    try:
        ensure()
    except (CannotInstall, OSError) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
