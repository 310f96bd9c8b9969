"""Whether a package that we pin is known to be open: asked of PyPI's own list of advisories, package by package.

It tells, and does not fail: a hole found elsewhere tonight must not stop a mend of ours. `--strict` makes it fail.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.M)
ADDRESS: Final = "https://pypi.org/pypi/{name}/{version}/json"
PATIENCE: Final = 5.0  # seconds


class NotReached(Exception):
    """PyPI did not answer, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Hole:
    package: str
    version: str
    name: str
    mended_in: str


def pinned(text: str) -> list[tuple[str, str]]:
    """Names and versions of a requirements.txt."""
    return PINNED.findall(text)


def holes_in(package: str, version: str, told: dict[str, Any]) -> list[Hole]:
    """Those that PyPI names and nobody has taken back."""
    return [
        Hole(
            package,
            version,
            hole.get("id", "?"),
            ", ".join(hole.get("fixed_in") or ["no version yet"]),
        )
        for hole in told.get("vulnerabilities") or ()
        if not hole.get("withdrawn")
    ]


def asked(package: str, version: str) -> dict[str, Any]:
    """What PyPI tells of this version. Raises NotReached."""
    address = ADDRESS.format(name=package, version=version)
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310  PyPI's own
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError, urllib.error.URLError) as problem:
        raise NotReached(f"{package} {version}: {problem}") from None


def main() -> int:
    packages = pinned(Path("requirements.txt").read_text())
    holes: list[Hole] = []
    try:
        for package, version in packages:
            holes += holes_in(package, version, asked(package, version))
    except NotReached as problem:
        print(f"Skipped: PyPI's advisories cannot be read here ({problem}).")
        return 0
    for hole in holes:
        print(f"{hole.package} {hole.version}: {hole.name}, mended in {hole.mended_in}")
    print(f"{len(packages)} packages, {len(holes)} known holes.")
    return 1 if holes and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
