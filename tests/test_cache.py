"""The cache is a table: what must not be forgotten is not, and no page needs Redis for it."""

from __future__ import annotations

from django.conf import settings as given
from django.core.cache.backends.db import DatabaseCache


def test_the_cache_keeps_and_forgets_in_postgresql(db):
    cache = DatabaseCache("waba_inbox_cache", {})
    assert cache.add("attempts", 1, 60)
    assert not cache.add("attempts", 2, 60)
    assert cache.get("attempts") == 1
    cache.set("gone", 1, -1)
    assert cache.get("gone") is None


def test_signing_in_does_not_need_redis():
    from waba_inbox import settings

    assert settings.CACHES["default"]["BACKEND"].endswith("db.DatabaseCache")
    assert given.SESSION_ENGINE == "django.contrib.sessions.backends.db"
