"""The table of Django's database cache (settings.CACHES)."""

from django.db import migrations

CREATE = """
CREATE TABLE IF NOT EXISTS waba_inbox_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS waba_inbox_cache_expires ON waba_inbox_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE waba_inbox_cache")]
