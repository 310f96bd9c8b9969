"""The numbers on contact cards are no words to search for: those from whom they are hidden could try them out."""

from django.db import migrations

FILL = r"""
CREATE OR REPLACE FUNCTION conversations_fill_words(first_id bigint, last_id bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH filled AS (
        INSERT INTO conversations_messagewords (message_id, workspace_id, at, words)
        SELECT m.id, m.workspace_id, m.at,
            conversations_stems(m.text)
            || conversations_stems(coalesce(f.filename || ' ' || translate(f.filename, '._-', '   '), ''))
            || CASE WHEN m.kind = 'interactive'
                THEN jsonb_to_tsvector('pg_catalog.simple', m.content, '["string"]')
                WHEN m.kind = 'template' AND m.content ? 'preview'
                THEN jsonb_to_tsvector('pg_catalog.russian', m.content -> 'preview', '["string"]') ELSE '' END
            || conversations_marks(m.direction, m.kind, m.text, m.author_id, m.number_id, f.kind, f.is_voice)
        FROM conversations_message AS m LEFT JOIN conversations_mediafile AS f ON f.id = m.media_id
        WHERE m.id BETWEEN first_id AND last_id
            AND (m.direction <> 'system' OR m.kind = 'note') AND m.kind <> 'reaction'
        ON CONFLICT (message_id) DO UPDATE SET words = EXCLUDED.words, at = EXCLUDED.at
        RETURNING 1
    )
    SELECT count(*) FROM filled
$$
"""
REFILL = (
    "SELECT conversations_fill_words(id, id) FROM conversations_message WHERE kind = 'contacts'"
)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_old_words")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(REFILL, migrations.RunSQL.noop, elidable=True),
    ]
