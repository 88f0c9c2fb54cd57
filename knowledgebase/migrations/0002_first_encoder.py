"""The packaged sentence encoder and its vector index."""

from django.db import migrations


def add(apps, schema_editor):
    encoder = apps.get_model("knowledgebase", "Encoder").objects.create(
        name="all-MiniLM-L6-v2", dimension=384, state="active"
    )
    schema_editor.execute(
        f"CREATE INDEX knowledgebase_embedding_hnsw_{encoder.pk} ON knowledgebase_embedding "
        "USING hnsw ((vector::vector(384)) vector_cosine_ops) "
        f"WHERE encoder_id = {encoder.pk}"
    )


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0001_first")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
