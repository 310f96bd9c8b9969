"""Who began each conversation that is there already: its first message tells."""

from django.db import migrations

TELL = """
UPDATE conversations_conversation AS one
SET source = CASE
    WHEN first.direction = 'out' THEN 'us'
    WHEN first.referral IS NOT NULL THEN 'ad'
    ELSE 'customer'
END
FROM (
    SELECT DISTINCT ON (conversation_id) conversation_id, direction, referral
    FROM conversations_message
    WHERE direction <> 'system'
    ORDER BY conversation_id, at, arrival, id
) AS first
WHERE first.conversation_id = one.id AND (first.direction = 'out' OR first.referral IS NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_queue")]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
