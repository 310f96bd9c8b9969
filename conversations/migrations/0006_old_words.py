"""The words of messages that are older than 0005, some thousands a transaction. May be stopped and run again."""

from django.db import migrations

CHUNK = 5_000


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM conversations_message"
        )
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK):
            cursor.execute("SELECT conversations_fill_words(%s, %s)", [start, start + CHUNK - 1])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0005_message_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
