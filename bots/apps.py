"""The assistant as a Django app: at start it subscribes its reactions to the tickets' events."""

from django.apps import AppConfig


class BotsConfig(AppConfig):
    name = "bots"
    verbose_name = "Assistant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bots import fields, performing, reactions, workspace
        from bots.learning import corrections

        fields.register_all()
        reactions.subscribe()
        performing.subscribe()
        corrections.subscribe()
        workspace.take_part()
