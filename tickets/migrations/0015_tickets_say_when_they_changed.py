import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# The transaction has its number before the time is taken: whoever looks for writers that are not
# through (tickets.lists.changes) sees it, or looked before that time.
KEEP = """
CREATE FUNCTION tickets_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER tickets_ticket_changed BEFORE INSERT OR UPDATE ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION tickets_ticket_changed();
"""
UNDO = """
DROP TRIGGER tickets_ticket_changed ON tickets_ticket;
DROP FUNCTION tickets_ticket_changed();
"""


class Migration(migrations.Migration):
    """A ticket says when it last changed, whoever changed it; those that are there, that it is now."""

    atomic = False  # so that nobody who writes waits for the index

    dependencies = [("tickets", "0014_messages_by_the_assistant")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False
            ),
        ),
        migrations.RunSQL(KEEP, UNDO),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(fields=["updated_at", "id"], name="ticket_changed"),
        ),
    ]
