"""`bin/manage`: manage.py with the settings of the copy that `bin/run` keeps running in DATA_DIR."""

from __future__ import annotations

import json
import os
import sys

from waba_inbox.local.folder import ROOT
from waba_inbox.local.processes import CannotStart
from waba_inbox.local.services import closing


def main() -> int:
    folder = os.environ.get("DATA_DIR") or str(ROOT / ".data")
    try:
        with open(os.path.join(folder, "running.json")) as stream:
            env = json.load(stream)
    except (OSError, ValueError):
        raise CannotStart(f"Nothing was ever started in {folder}; start bin/run first") from None
    command = [sys.executable, str(ROOT / "manage.py"), *sys.argv[1:]]
    os.execve(sys.executable, command, {**os.environ, **env})  # noqa: S606


if __name__ == "__main__":
    sys.exit(closing(main))
