"""Lets go of old posts: processed, with nothing of them held back, and older than the site wants to keep them.

What they said stands in messages, statuses and events since; only the raw bodies go, in small batches.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

BATCH: Final = 5_000
RETIRE: Final = """
    DELETE FROM webhooks_envelope WHERE id IN (
        SELECT id FROM webhooks_envelope AS envelope
        WHERE id > %s AND received_at < %s AND processed_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM webhooks_quarantined AS held
            WHERE held.envelope_id = envelope.id AND held.resolved_at IS NULL)
        ORDER BY id LIMIT %s
    ) RETURNING id
"""
SETTLED: Final = """
    DELETE FROM webhooks_quarantined AS held USING webhooks_envelope AS envelope
    WHERE envelope.id = held.envelope_id AND held.resolved_at IS NOT NULL
    AND envelope.received_at < %s AND envelope.processed_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM webhooks_quarantined AS other
        WHERE other.envelope_id = envelope.id AND other.resolved_at IS NULL)
"""


def retire(*, days: int, at: datetime) -> int:
    """How many went. `days` 0: all are kept. Safe to stop and to run twice."""
    if not days:
        return 0
    before, last, gone = at - timedelta(days=days), 0, 0
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [before])
        while True:
            cursor.execute(RETIRE, [last, before, BATCH])
            ids = [pk for (pk,) in cursor.fetchall()]
            if not ids:
                return gone
            last, gone = max(ids), gone + len(ids)
