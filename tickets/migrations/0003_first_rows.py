from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION tickets_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'tickets_event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tickets_event_append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_refuse_change();
"""
UNDO = """
DROP TRIGGER tickets_event_append_only ON tickets_event;
DROP FUNCTION tickets_refuse_change();
"""


def add_first_rows(apps, schema_editor):
    team = apps.get_model("tickets", "Team").objects.create(name="Support", slug="support")
    apps.get_model("tickets", "SiteSettings").objects.create(pk=1, default_team=team)


class Migration(migrations.Migration):
    """Events cannot be changed, whoever asks; and a new installation has a team and its settings."""

    dependencies = [("tickets", "0002_citation")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, UNDO),
        migrations.RunPython(add_first_rows, migrations.RunPython.noop),
    ]
