from django.db import migrations, models
from django.db.models.functions import Now

import tickets.clock

# In a replay (tickets.replay) the transaction says what time it is; otherwise it is now.
KEEP = """
CREATE OR REPLACE FUNCTION tickets_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    NEW.updated_at := coalesce(
        nullif(current_setting('helpdesk.clock', true), '')::timestamptz, clock_timestamp()
    );
    RETURN NEW;
END $$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION tickets_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
"""
TAKE_THE_CLOCK = (
    ("customer", "created_at"),
    ("escalationruleversion", "created_at"),
    ("event", "created_at"),
    ("fact", "created_at"),
    ("handover", "asked_at"),
    ("message", "created_at"),
    ("note", "created_at"),
    ("rating", "created_at"),
    ("reading", "created_at"),
    ("rulefiring", "created_at"),
    ("ticket", "created_at"),
)
NAMES = {"customer": "since", "ticket": "opened"}


def moment(model: str) -> models.DateTimeField:
    names = {"verbose_name": NAMES[model]} if model in NAMES else {}
    return models.DateTimeField(
        default=tickets.clock.now, db_default=Now(), editable=False, **names
    )


class Migration(migrations.Migration):
    """What happened has the time of the actions' clock. In the database only the trigger changes."""

    dependencies = [("tickets", "0018_rules_for_danger_and_loss")]

    operations = [
        *(
            migrations.AlterField(model_name=model, name=name, field=moment(model))
            for model, name in TAKE_THE_CLOCK
        ),
        migrations.RunSQL(KEEP, UNDO),
    ]
