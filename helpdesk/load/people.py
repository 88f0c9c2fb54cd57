"""Who works and who asks in a load: teams of very different sizes, their agents, many customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from helpdesk.load.writing import copy, next_key
from tickets.models import Customer, Organization, Role, Team, Tier, User

# The share of each team; the smallest has 300 tickets of a million.
TEAMS = {
    "Load: orders": 0.35,
    "Load: returns": 0.25,
    "Load: payments": 0.15,
    "Load: products": 0.12,
    "Load: accounts": 0.08,
    "Load: business": 0.0497,
    "Load: legal": 0.0003,
}
AGENTS = 8  # in a team
PER_ORGANIZATION = 40  # customers, of those who belong to one
_FIRST = (
    *("Maya", "Jonas", "Zoë", "Piotr", "Amara", "Luís", "Ingrid", "Omar", "Chloé", "Björn", "Ada"),
    *("Nora", "Emre", "Sofía", "Ravi", "Hana", "Owen", "Lena", "Marek", "Yara", "Tove", "Noah"),
)
_LAST = (
    *("Lindqvist", "Weber", "Nowak", "Okafor", "Silva", "Dahl", "Haddad", "Martin", "Ek", "Byrne"),
    *("Rossi", "Kaya", "García", "Patel", "Sato", "Hughes", "Novák", "Costa", "Berg", "Murphy"),
)
_TIERS = (*[Tier.STANDARD] * 7, *[Tier.PLUS] * 2, Tier.PREMIER)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in a load. `customers` are the keys, with the names, addresses and organisations."""

    teams: list[Team]
    weights: list[float]  # summed up
    agents: dict[int, list[User]]  # by the key of their team
    customers: list[Customer]


def people(rng: Random, customers: int, since: datetime) -> Cast:
    """Make them; teams and agents are the same for every load of an installation."""
    teams = [
        Team.objects.get_or_create(slug=f"load-{number}", defaults={"name": name})[0]
        for number, name in enumerate(TEAMS)
    ]
    agents = {team.pk: [_agent(team, number) for number in range(AGENTS)] for team in teams}
    made = list(_customers(rng, customers, since))
    copy(
        Customer,
        (
            *("pk", "name", "email", "claimed_email", "phone", "language", "organization"),
            *("segment", "prefers_person", "created_at", "timezone", "tier", "tags", "note"),
            "organization_role",
        ),
        (
            (
                *(one.pk, one.name, one.email, "", "", "en", one.organization_id),
                *("", False, one.created_at, "", "", [], "", ""),
            )
            for one in made
        ),
    )
    return Cast(teams, list(accumulate(TEAMS.values())), agents, made)


def _agent(team: Team, number: int) -> User:
    email = f"{team.slug}-agent-{number}@load.example"
    found = User.objects.filter(email=email).first()
    if found is None:
        name = f"{_FIRST[number]} {_LAST[team.pk % len(_LAST)]}"
        found = User.objects.create_user(email, name=name, role=Role.AGENT)
        found.teams.set([team])
    return found


def _customers(rng: Random, number: int, since: datetime) -> Iterator[Customer]:
    organizations = [
        Organization.objects.get_or_create(
            name=f"{rng.choice(_LAST)} Outdoor {place}", defaults={"tier": rng.choice(_TIERS)}
        )[0]
        for place in range(max(1, number // 3 // PER_ORGANIZATION))
    ]
    first = next_key(Customer)
    for place in range(number):
        name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
        key = first + place
        belongs = rng.random() < 1 / 3
        yield Customer(
            pk=key,
            name=name,
            email=f"customer-{key}@load.example",
            organization=rng.choice(organizations) if belongs else None,
            created_at=since - timedelta(days=rng.randrange(1000)),
        )
