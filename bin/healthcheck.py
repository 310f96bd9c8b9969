"""For containers: exit code 0 if the web process here is alive. Standard library only, so that it is cheap."""

from __future__ import annotations

import os
import sys
import urllib.request

HOST = (
    os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
)
ADDRESS = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"

try:
    request = urllib.request.Request(ADDRESS, headers={"Host": HOST})
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 (our own address)
        sys.exit(0 if answer.status == 200 else 1)
except OSError as problem:
    sys.exit(str(problem))
