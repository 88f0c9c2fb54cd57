"""The system of record as a Django app: at start its reactions are subscribed."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Helpdesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tickets import mail, second_factor
        from tickets.portal import accounts

        mail.subscribe()
        accounts.subscribe()
        second_factor.subscribe()
