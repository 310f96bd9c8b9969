"""PostgreSQL itself refuses to change or take away a line of the ledger.

Emptying the table is refused as well, but for a session that says `billing.may_empty`: the test suite, which starts
from an empty database each time.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION billing_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('billing.may_empty', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only: % refused; write a reversing line', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_keeps_its_lines BEFORE UPDATE OR DELETE ON billing_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION billing_ledger_is_append_only();
CREATE TRIGGER ledger_keeps_its_table BEFORE TRUNCATE ON billing_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION billing_ledger_is_append_only();
"""

UNGUARD = """
DROP TRIGGER ledger_keeps_its_table ON billing_ledgerentry;
DROP TRIGGER ledger_keeps_its_lines ON billing_ledgerentry;
DROP FUNCTION billing_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
