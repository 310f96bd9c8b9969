"""How long a search may keep the database, and what it says when that is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

PATIENCE_MS = 4000


class TooSlow(Exception):
    """It took longer than anybody waits: a filter or a rarer word will help."""


@contextmanager
def patience() -> Iterator[None]:
    """Nothing asked for inside may take the database longer than a person waits."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise TooSlow from problem
        raise
