"""The words of every message, kept by PostgreSQL. No long lock: the table is new, and old messages follow in 0006."""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import BtreeGinExtension
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

# PostgreSQL's "russian" stems Cyrillic words by Russian rules and Latin ones by English rules. "simple" beside it keeps
# every form as written: names, stop words, other languages, and beginnings of words while somebody still types. The
# mark between them keeps phrases from reaching over.
STEMS = r"""
CREATE FUNCTION conversations_stems(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.russian', plain) || '#:50'::tsvector || to_tsvector('pg_catalog.simple', plain)
    FROM (SELECT translate(left(said, 40000), 'ёЁ', 'ее') AS plain) AS spelled
$$
"""
MARKS = r"""
CREATE FUNCTION conversations_marks(
    direction text, kind text, said text, author bigint, number bigint, file text, is_voice boolean
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(ARRAY[
        CASE WHEN kind = 'note' THEN '#note' ELSE '#' || direction END,
        CASE WHEN author IS NOT NULL THEN '#by:' || author END,
        '#n:' || number,
        CASE WHEN file IS NOT NULL OR kind IN ('image', 'video', 'audio', 'document', 'sticker') THEN '#media' END,
        CASE coalesce(file, kind)
            WHEN 'image' THEN '#photo' WHEN 'video' THEN '#video' WHEN 'document' THEN '#file' WHEN 'audio' THEN '#audio'
        END,
        CASE WHEN is_voice THEN '#voice' END,
        CASE WHEN said ~* '(https?://|www\.)\S' THEN '#link' END
    ], NULL))
$$
"""
FILL = r"""
CREATE FUNCTION conversations_fill_words(first_id bigint, last_id bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH filled AS (
        INSERT INTO conversations_messagewords (message_id, workspace_id, at, words)
        SELECT m.id, m.workspace_id, m.at,
            conversations_stems(m.text)
            || conversations_stems(coalesce(f.filename || ' ' || translate(f.filename, '._-', '   '), ''))
            || CASE WHEN m.kind IN ('contacts', 'interactive')
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
NEW = r"""
CREATE FUNCTION conversations_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM conversations_fill_words(id, id) FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER message_words_of_new AFTER INSERT ON conversations_message
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION conversations_words_of_new()
"""
CHANGED = r"""
CREATE FUNCTION conversations_words_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM conversations_fill_words(NEW.id, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER message_words_of_changed AFTER UPDATE ON conversations_message FOR EACH ROW
    WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.content IS DISTINCT FROM NEW.content OR OLD.at IS DISTINCT FROM NEW.at
        OR OLD.media_id IS DISTINCT FROM NEW.media_id OR OLD.kind IS DISTINCT FROM NEW.kind)
    EXECUTE FUNCTION conversations_words_of_changed()
"""
FORGET = r"""
DROP TRIGGER message_words_of_new ON conversations_message;
DROP TRIGGER message_words_of_changed ON conversations_message;
DROP FUNCTION conversations_words_of_new;
DROP FUNCTION conversations_words_of_changed;
DROP FUNCTION conversations_fill_words;
DROP FUNCTION conversations_marks;
DROP FUNCTION conversations_stems
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_density"),
        ("conversations", "0004_sources"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.CreateModel(
            name="MessageWords",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="conversations.message",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("words", SearchVectorField()),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "-at", "-message"], name="message_words_newest"
                    ),
                    GinIndex(fields=["workspace", "words"], name="message_words_found"),
                ],
            },
        ),
        migrations.RunSQL(";".join((STEMS, MARKS, FILL, NEW, CHANGED)), FORGET, elidable=False),
    ]
