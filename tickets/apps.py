"""The system of record as a Django app: at start its reactions are subscribed."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Helpdesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tickets import automating, due, giving, leaving, noticing, sending, telling, uses
        from tickets.actions import organizations
        from tickets.bulk import working
        from tickets.email import answering, copies, outbound
        from tickets.email.incoming import reaction as incoming
        from tickets.portal import accounts, visits
        from tickets.search import indexing
        from tickets.web import second_factor, sessions
        from tickets.workspace import by_mail, by_program, records

        outbound.subscribe()
        copies.subscribe()
        answering.subscribe()
        incoming.subscribe()
        sending.subscribe()
        working.subscribe()
        accounts.subscribe()
        indexing.subscribe()
        telling.subscribe()
        due.subscribe()
        uses.subscribe()
        noticing.subscribe()
        giving.subscribe()
        automating.subscribe()
        leaving.subscribe()
        organizations.subscribe()
        second_factor.subscribe()
        sessions.subscribe()
        by_mail.take_part()
        by_program.take_part()
        visits.take_part()
        records.take_part()
