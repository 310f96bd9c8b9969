"""The posts lie in partitions, one a month, so that an old month goes at once. No row is copied.

What was stored until now stays one table and becomes the partition of everything until the end of this month.
"""

from itertools import pairwise

import django.db.models.deletion
from django.db import migrations, models

AHEAD = 3
MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"
PARENT = f"""
CREATE TABLE webhooks_envelope (LIKE webhooks_envelope_before INCLUDING CONSTRAINTS) PARTITION BY RANGE (month);
CREATE SEQUENCE webhooks_envelope_id_seq OWNED BY webhooks_envelope.id;
ALTER TABLE webhooks_envelope
    ALTER id SET DEFAULT nextval('webhooks_envelope_id_seq'),
    ALTER month SET DEFAULT {MONTH},
    ADD PRIMARY KEY (id, month),
    ADD CONSTRAINT envelope_once UNIQUE (digest, month),
    ADD CONSTRAINT webhooks_envelope_app_id_fk_accounts_metaapp_id FOREIGN KEY (app_id)
        REFERENCES accounts_metaapp (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX envelope_waiting ON webhooks_envelope (id) WHERE processed_at IS NULL;
CREATE INDEX webhooks_envelope_app_id ON webhooks_envelope (app_id);
CREATE TABLE webhooks_envelope_default PARTITION OF webhooks_envelope DEFAULT;
"""
MONTHS = f"""
    SELECT month::date FROM generate_series(
        {MONTH}, {MONTH} + interval '{AHEAD + 1} months', interval '1 month') AS month
"""  # noqa: S608
OLD_NAMES = """
    SELECT quote_ident(index.relname), con.conname IS NOT NULL FROM pg_index
    JOIN pg_class AS index ON index.oid = indexrelid
    LEFT JOIN pg_constraint AS con ON con.conindid = indexrelid AND con.contype IN ('p', 'u')
    WHERE indrelid = 'webhooks_envelope_before'::regclass
"""


def partition(apps, schema_editor):
    """Make the posts' table a partitioned one and attach the old one to it.

    stops: the old version stores posts by a key that is gone (ON CONFLICT (digest))
    locks: builds two indexes over all posts and reads them once; Meta posts again what comes meanwhile
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("LOCK TABLE webhooks_envelope IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SELECT last_value + is_called::int FROM webhooks_envelope_id_seq")
        next_id = cursor.fetchone()[0]
        cursor.execute(MONTHS)
        months = [month for (month,) in cursor.fetchall()]
        cursor.execute("SELECT EXISTS (SELECT FROM webhooks_envelope)")
        has_posts = cursor.fetchone()[0]
        cursor.execute("ALTER TABLE webhooks_envelope RENAME TO webhooks_envelope_before")
        # A constant for all rows there are: PostgreSQL notes it once and writes none of them.
        cursor.execute(
            f"ALTER TABLE webhooks_envelope_before ADD month date NOT NULL DEFAULT '{months[0]}'"
        )
        cursor.execute(
            "ALTER TABLE webhooks_envelope_before ALTER month DROP DEFAULT, ALTER id DROP IDENTITY"
        )
        _clear_names(cursor)
        cursor.execute(PARENT)
        cursor.execute(f"SELECT setval('webhooks_envelope_id_seq', {next_id}, false)")
        if has_posts:
            cursor.execute(
                "ALTER TABLE webhooks_envelope ATTACH PARTITION webhooks_envelope_before "
                f"FOR VALUES FROM (MINVALUE) TO ('{months[1]}')"
            )
        else:
            cursor.execute("DROP TABLE webhooks_envelope_before")
        for month, end in list(pairwise(months))[has_posts:]:
            cursor.execute(
                f"CREATE TABLE webhooks_envelope_{month:%Y_%m} PARTITION OF webhooks_envelope "
                f"FOR VALUES FROM ('{month}') TO ('{end}')"
            )


def _clear_names(cursor):
    """The old keys go, the other indexes make room for those of the new table, which take them in."""
    cursor.execute(OLD_NAMES)
    for number, (name, is_key) in enumerate(cursor.fetchall()):
        if is_key:
            cursor.execute(f"ALTER TABLE webhooks_envelope_before DROP CONSTRAINT {name}")
        else:
            cursor.execute(f"ALTER INDEX {name} RENAME TO webhooks_envelope_before_{number}")


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="quarantined",
            name="envelope",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="quarantined",
                to="webhooks.envelope",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(partition)],
            state_operations=[
                migrations.AddField(
                    model_name="envelope",
                    name="month",
                    field=models.DateField(
                        db_default=models.Func(
                            output_field=models.DateField(),
                            template="date_trunc('month', now() AT TIME ZONE 'UTC')::date",
                        )
                    ),
                ),
                migrations.AlterField(
                    model_name="envelope", name="digest", field=models.BinaryField()
                ),
                migrations.AddConstraint(
                    model_name="envelope",
                    constraint=models.UniqueConstraint(
                        fields=("digest", "month"), name="envelope_once"
                    ),
                ),
            ],
        ),
    ]
