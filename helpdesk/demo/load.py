"""Loads the demo company once: its people, its help centre, and 60 days of conversations.

Only actions and models write, and so it is for everything that is true now: settings and articles
come by their actions. The conversations are history. An action always acts now, and owes answers
and mails for what it did; here each row has the time of then, and nothing is owed. That is why this
importer writes the rows itself, and in bulk.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from rich.progress import Progress

from bots.actions import report_answer
from bots.models import AssistantSettings
from helpdesk.demo import load_content, load_index
from helpdesk.demo.load_articles import load_articles
from helpdesk.demo.load_people import load_people
from helpdesk.demo.load_rows import Rows
from helpdesk.demo.load_story import World, tell
from tickets.actors import Actor
from tickets.models import Channel, Customer, Decision, Role, SiteSettings, Ticket

NAME = "The demo company"


def load(progress: Progress) -> None:
    """Make sure that the demo company is there and its articles are searchable by meaning.

    Quick when both are. An installation that has customers of its own is left alone.
    """
    load_rows(progress)
    load_index.index(progress)


def load_rows(progress: Progress) -> None:
    """Make sure that the demo company is there. Its articles are to be indexed after that."""
    task = progress.add_task(NAME, total=None)
    if fill():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # else the first minute's pages are planned for empty tables
    progress.update(task, total=1, completed=1)


def fill() -> bool:
    """Write the demo company, all or nothing; False if there are customers already."""
    content = load_content.read()
    zone = ZoneInfo(content.company["company"]["time_zone"])
    with transaction.atomic(), timezone.override(zone):
        # Held until the end, so that of two that load at once the second finds the first's work.
        settings = SiteSettings.objects.select_for_update(of=("self",)).get(pk=1)
        if Customer.objects.exists() or Ticket.objects.exists():
            return False
        _write(content, settings)
    return True


def _write(content: load_content.Content, settings: SiteSettings) -> None:
    now = timezone.now()
    first_seen = {
        told["customer"]: now - timedelta(days=told["days_ago"])
        for told in reversed(content.conversations)
    }
    cast = load_people(content.company, settings, first_seen, now)
    author = next(user for user in cast.staff.values() if user.role == Role.ADMIN)
    assistant = AssistantSettings.load()
    world = World(
        cast=cast,
        sources=load_articles(content, author),
        intros={
            Decision.ANSWER: assistant.answer_intro,
            Decision.OFFER: assistant.offer_intro,
        },
        now=now,
    )
    rows = Rows()
    for told in content.conversations:
        tell(told, world, rows)
    rows.write()
    for answer, agent, note in rows.reported:  # and still wait for somebody to look at them
        vars(agent)["second_factor"] = 0  # what is told was long before one was asked for
        report_answer(actor=Actor.agent(agent), answer=answer, note=note)
    last = max(t.last_message_at for t in rows.tickets if t.channel == Channel.API)
    cast.shop.last_used_at = last
    cast.shop.save(update_fields=["last_used_at"])
