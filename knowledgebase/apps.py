"""The knowledge base as a Django app."""

from django.apps import AppConfig


class KnowledgebaseConfig(AppConfig):
    name = "knowledgebase"
    verbose_name = "Knowledge base"
    default_auto_field = "django.db.models.BigAutoField"
