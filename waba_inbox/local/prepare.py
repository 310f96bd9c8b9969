"""The set-up step of `bin/run`, in one process: words compiled, database migrated, demo workspace made.

What the demo says (its logins) goes to the file named on the command line; `bin/run` shows it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command, get_commands


def main(*, words_of_demo: Path) -> None:
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from waba_inbox import catalogues
    from webhooks import partitions

    catalogues.compile_all()
    call_command("migrate", verbosity=1, interactive=False)
    partitions.make_ready(at=timezone.now())  # a copy that slept for months
    if not settings.DEBUG:
        call_command("collectstatic", verbosity=1, interactive=False)
    words_of_demo.write_text("")
    if settings.DEBUG and settings.DEMO and "seed_demo" in get_commands():
        with words_of_demo.open("w") as stream, contextlib.redirect_stdout(stream):
            call_command("seed_demo", stdout=stream)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waba_inbox.settings")
    main(words_of_demo=Path(sys.argv[1]))
