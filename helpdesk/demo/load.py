"""Loads the demo company once: its people, its help centre, and 60 days of conversations.

Only actions and models write. The conversations are history: they are replayed, which is to say
that the actions are called as they were then, each at its own time, and nothing follows from it now.
"""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from rich.progress import Progress

from bots.models import AssistantSettings
from helpdesk.demo import load_content, load_index, load_shop
from helpdesk.demo.load_articles import load_articles
from helpdesk.demo.load_desk import load_desk
from helpdesk.demo.load_people import load_people
from helpdesk.demo.load_promises import load_promises
from helpdesk.demo.load_records import load_records
from helpdesk.demo.load_scenarios import load_scenarios
from helpdesk.demo.load_story import Story, World
from tickets import actions, replay
from tickets.actors import Actor
from tickets.models import Channel, Customer, Decision, Mailbox, Role, SiteSettings, Ticket
from tickets.search import indexing

NAME = "The demo company"


def load(progress: Progress) -> None:
    """Make sure that the demo company is there and its articles are searchable by meaning.

    Quick when both are. An installation that has customers of its own is left alone.
    """
    load_company(progress)
    load_index.index(progress)


def load_company(progress: Progress) -> None:
    """Make sure that the demo company is there. Its articles are to be indexed after that."""
    task = progress.add_task(NAME, total=None)
    filled = fill()
    load_shop.connect()
    if filled:
        indexing.fill(seconds=60)  # a replay owes no reactions
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
        if "visitor" not in told
    }
    cast = load_people(content.company, settings, first_seen, now)
    for colleague in cast.staff.values():
        vars(colleague)["second_factor"] = "0"  # what is told was long before one was asked for
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
    load_promises(content.desk["service_levels"], Actor.agent(author), now - timedelta(days=90))
    play([Story(told, world) for told in content.conversations])
    load_desk(content.desk, cast, now)
    load_records(content.records, Actor.integrator(cast.shop), now)
    load_scenarios(content.scenarios, Actor.agent(author))
    mailbox = Mailbox(
        name="Support", address=content.company["company"]["mailbox"], team=settings.default_team
    )
    actions.change_setting(actor=Actor.agent(author), instance=mailbox)
    by_api = Ticket.objects.filter(channel=Channel.API)
    cast.shop.last_used_at = by_api.latest("last_message_at").last_message_at
    cast.shop.save(update_fields=["last_used_at"])


def play(stories: Sequence[Story]) -> None:
    """Play all conversations side by side, in the order of time.

    So each place in a queue is the one that it was. Raises ValueError if one of them does not end as
    its file says.
    """
    steps = [step for story in stories for step in story.steps()]
    for step in sorted(steps, key=lambda step: step.at):
        with replay.step(step.at, agents_here=step.agents_here):
            step.act()
    for story in stories:
        story.check()
