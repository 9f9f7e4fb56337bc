"""What must hold even against psql: entries balance at commit, and no row is ever changed."""

from django.db import migrations

BALANCE = """
CREATE FUNCTION money_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    sides integer;
    total numeric;
    strangers integer;
BEGIN
    IF TG_TABLE_NAME = 'money_posting' THEN
        checked := NEW.entry_id;
    ELSE
        checked := NEW.id;
    END IF;
    SELECT count(*), coalesce(sum(p.amount), 0), count(*) FILTER (WHERE a.store_id <> e.store_id)
      INTO sides, total, strangers
      FROM money_posting p
      JOIN money_account a ON a.id = p.account_id
      JOIN money_journalentry e ON e.id = p.entry_id
     WHERE p.entry_id = checked;
    IF sides < 2 OR total <> 0 OR strangers > 0 THEN
        RAISE EXCEPTION 'journal entry % has % postings that sum to %', checked, sides, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON money_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION money_entry_balances();
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON money_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION money_entry_balances();
"""

FROZEN = """
CREATE FUNCTION money_row_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed; post a counter-entry', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
TABLES = ("money_journalentry", "money_posting", "money_payment")

ON = "".join(
    f"CREATE TRIGGER row_is_frozen BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION money_row_is_frozen();\n"
    f"CREATE TRIGGER table_is_frozen BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION money_row_is_frozen();\n"
    for table in TABLES
)
OFF = "".join(
    f"DROP TRIGGER row_is_frozen ON {table}; DROP TRIGGER table_is_frozen ON {table};\n" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("money", "0001_first_tables")]

    operations = [
        migrations.RunSQL(
            BALANCE,
            "DROP TRIGGER entry_balances ON money_journalentry; DROP TRIGGER entry_balances ON money_posting; "
            "DROP FUNCTION money_entry_balances();",
        ),
        migrations.RunSQL(FROZEN + ON, OFF + "DROP FUNCTION money_row_is_frozen();"),
    ]
