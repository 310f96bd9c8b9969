"""PostgreSQL was restarted, or a firewall has cut what lay idle: the next page must not pay for it."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from accounts.models import Workspace
from tests.test_survival import database_url

CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_in_the_pool_is_never_given_out():
    assert Workspace.objects.count() == 0
    connection.close()  # back into the pool
    with psycopg.connect(database_url(), autocommit=True) as link:
        link.execute(CUT)
    assert Workspace.objects.count() == 0
