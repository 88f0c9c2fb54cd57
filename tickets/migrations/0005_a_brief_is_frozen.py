from django.db import migrations

# Who accepted it and when it ended come later; the firing of a rule may be deleted with its rule.
FROZEN = (
    *("reason", "detail", "team_id", "wants", "tried", "why", "feeling", "feeling_start"),
    *("facts", "articles", "statements", "identity", "language", "skill", "evidence"),
)
OLD = ", ".join(f"OLD.{name}" for name in FROZEN)
NEW = ", ".join(f"NEW.{name}" for name in FROZEN)

FREEZE = f"""
CREATE FUNCTION tickets_refuse_new_brief() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the brief of a hand-over is frozen' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tickets_handover_brief_is_frozen BEFORE UPDATE ON tickets_handover
    FOR EACH ROW WHEN (({OLD}) IS DISTINCT FROM ({NEW}))
    EXECUTE FUNCTION tickets_refuse_new_brief();
"""
UNDO = """
DROP TRIGGER tickets_handover_brief_is_frozen ON tickets_handover;
DROP FUNCTION tickets_refuse_new_brief();
"""


class Migration(migrations.Migration):
    """What the person who takes over reads is what was known then: the database keeps it so."""

    dependencies = [("tickets", "0004_what_rules_need")]

    operations = [migrations.RunSQL(FREEZE, UNDO)]
