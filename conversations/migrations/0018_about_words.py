"""Notes on people and what stands in custom fields are found by their words, like messages (0005)."""

from django.db import migrations

NOTES = """
CREATE INDEX contact_note_words ON conversations_contactnote USING gin (conversations_stems(text))
"""
FIELDS = """
CREATE INDEX field_value_words ON conversations_fieldvalue USING gin (conversations_stems(text)) WHERE text <> ''
"""
FORGET = "DROP INDEX contact_note_words; DROP INDEX field_value_words"


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0017_surveys"),
    ]

    operations = [
        migrations.RunSQL(";".join((NOTES, FIELDS)), FORGET, elidable=False),
    ]
