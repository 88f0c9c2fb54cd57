"""The assistant as a Django app: at start it subscribes its reactions to the tickets' events."""

from django.apps import AppConfig


class BotsConfig(AppConfig):
    name = "bots"
    verbose_name = "Assistant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bots import fields, reactions

        fields.register_all()
        reactions.subscribe()
