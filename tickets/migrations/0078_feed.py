import django.core.validators
from django.db import migrations, models

# A place is the number of a generation (see tickets.models.feed) and, in the lower 48 bits, that of a
# transaction. What is kept here are sequences, since what they count must be seen by all at once: the
# generation, and which server, on which of its timelines, it belongs to.
FUNCTIONS = """
CREATE SEQUENCE tickets_feed_generation MINVALUE 0 START 0;
SELECT nextval('tickets_feed_generation');
CREATE SEQUENCE tickets_feed_server MINVALUE -9223372036854775808 START 0;

CREATE FUNCTION tickets_feed_here() RETURNS bigint LANGUAGE sql AS $$
    SELECT system_identifier
        # (('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint << 16)
    FROM pg_control_system()
$$;
SELECT setval('tickets_feed_server', tickets_feed_here());

CREATE FUNCTION tickets_feed_now() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    here bigint;
    generation bigint;
BEGIN
    IF NOT pg_is_in_recovery() THEN
        here := tickets_feed_here();
        IF here <> (SELECT last_value FROM tickets_feed_server) THEN
            -- Of several who come first in another server one counts on, and the others wait for it.
            PERFORM pg_advisory_xact_lock(hashtext('tickets_feed_server'));
            IF here <> (SELECT last_value FROM tickets_feed_server) THEN
                PERFORM nextval('tickets_feed_generation');
                PERFORM setval('tickets_feed_server', here);
            END IF;
        END IF;
    END IF;
    SELECT last_value INTO generation FROM tickets_feed_generation;
    RETURN generation << 48;
END $$;

-- The plan is made once in a connection, perhaps while the table is small: it shall use the index then, too.
CREATE FUNCTION tickets_place_event() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    before bigint;
BEGIN
    NEW.place := tickets_feed_now() + pg_current_xact_id()::text::bigint;
    IF NEW.ticket_id IS NOT NULL THEN
        SELECT place INTO before FROM tickets_event
        WHERE ticket_id = NEW.ticket_id ORDER BY position DESC LIMIT 1;
        NEW.place := greatest(NEW.place, before);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tickets_event_place BEFORE INSERT ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_place_event();

CREATE FUNCTION tickets_feed_horizon() RETURNS bigint LANGUAGE sql AS $$
    SELECT tickets_feed_now() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint
$$;
"""
UNDO = """
DROP FUNCTION tickets_feed_horizon();
DROP TRIGGER tickets_event_place ON tickets_event;
DROP FUNCTION tickets_place_event();
DROP FUNCTION tickets_feed_now();
DROP FUNCTION tickets_feed_here();
DROP SEQUENCE tickets_feed_server;
DROP SEQUENCE tickets_feed_generation;
"""


class Migration(migrations.Migration):
    """Each event gets its place in the feed when it is written."""

    dependencies = [("tickets", "0077_places_of_events")]

    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.CreateModel(
            "FeedMark",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(unique=True)),
                ("place", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "mark in the feed",
                "verbose_name_plural": "marks in the feed",
            },
        ),
        migrations.AddField(
            "sitesettings",
            "feed_days",
            models.PositiveSmallIntegerField(
                db_default=90,
                default=90,
                help_text="A program that follows what happens may be away for so long and still gets everything when it comes back. The conversations themselves stay.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(3650),
                ],
                verbose_name="days of the feed of events",
            ),
        ),
        migrations.AddConstraint(
            "sitesettings",
            models.CheckConstraint(
                condition=models.Q(("feed_days__range", (1, 3650))),
                name="site_settings_the_feed_is_kept_for_days",
            ),
        ),
    ]
