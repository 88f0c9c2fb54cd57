"""The demo company's people: who works there, in which teams and hours, and who buys there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from helpdesk.demo.load_content import Entry, share
from helpdesk.demo.logins import PASSWORD
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    ApiKey,
    Customer,
    Holiday,
    OpeningHours,
    OpeningSpan,
    Organization,
    OrganizationDomain,
    Role,
    Scope,
    SiteSettings,
    Team,
    User,
)
from tickets.models.api_keys import hash_secret
from tickets.models.policy import Weekday

HOURS = "Weekdays"
SHOP = "Web shop"  # the key by which the company's shop opens conversations
LONGEST_KNOWN = timedelta(days=500)  # how long before their first question a customer was added


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who appears in the conversations, by the names that the files use."""

    teams: dict[str, Team]
    staff: dict[str, User]
    customers: dict[str, Customer]
    shop: ApiKey


def load_people(
    company: Entry, settings: SiteSettings, first_seen: Mapping[str, datetime], now: datetime
) -> Cast:
    """Everybody, with their log-ins. `first_seen` says when each customer first wrote."""
    _hours(company)
    teams = _teams(company, settings)
    return Cast(
        teams=teams,
        staff={entry["email"]: _colleague(entry, teams) for entry in company["staff"]},
        customers=_customers(company, first_seen),
        shop=_shop(now),
    )


def _hours(company: Entry) -> None:
    hours = OpeningHours(name=HOURS, timezone=company["company"]["time_zone"])

    def save() -> None:
        hours.save()
        OpeningSpan.objects.bulk_create(
            OpeningSpan(
                hours=hours,
                weekday=Weekday[span["day"].upper()],
                opens=span["opens"],
                closes=span["closes"],
            )
            for span in company["opening_hours"]
        )
        Holiday.objects.bulk_create(
            Holiday(hours=hours, day=holiday["date"], name=holiday["name"])
            for holiday in company["holidays"]
        )

    many: dict[str, list[str]] = {"spans": [], "holidays": []}
    actions.change_setting(actor=Actor.system(), instance=hours, save=save, many=many)


def _teams(company: Entry, settings: SiteSettings) -> dict[str, Team]:
    """The teams; the one that every installation begins with becomes the default one."""
    hours = OpeningHours.objects.get(name=HOURS)
    for entry in company["teams"]:
        team = settings.default_team if entry["default"] else Team()
        team.name, team.slug, team.hours = entry["name"], entry["slug"], hours
        team.description = entry["description"]
        actions.change_setting(actor=Actor.system(), instance=team)
    settings.company_name = company["company"]["name"]
    settings.phone = company["company"]["phone"]
    settings.contact_email = company["company"]["email"]
    actions.change_setting(actor=Actor.system(), instance=settings)
    slugs = [entry["slug"] for entry in company["teams"]]
    with_hours = Team.objects.select_related("hours")
    complete = with_hours.prefetch_related("hours__spans", "hours__holidays")
    return {team.slug: team for team in complete.filter(slug__in=slugs)}


def _colleague(entry: Entry, teams: Mapping[str, Team]) -> User:
    is_admin = entry["role"] == Role.ADMIN
    user = _login(
        entry,
        role=Role(entry["role"]),
        is_staff=is_admin,
        is_superuser=is_admin,
    )
    user.teams.set([teams[slug] for slug in entry["teams"]])
    return user


def _customers(company: Entry, first_seen: Mapping[str, datetime]) -> dict[str, Customer]:
    organizations = {
        entry["slug"]: Organization(**{name: entry[name] for name in _ORGANIZATION})
        for entry in company["organizations"]
    }
    Organization.objects.bulk_create(organizations.values())
    OrganizationDomain.objects.bulk_create(
        OrganizationDomain(organization=organizations[entry["slug"]], domain=domain)
        for entry in company["organizations"]
        for domain in entry["domains"]
    )
    customers = {}
    for entry in company["customers"]:
        email = entry["email"]
        customers[email] = Customer(
            name=entry["name"],
            email=email,
            phone=entry.get("phone", ""),
            language=entry["language"],
            organization=organizations.get(entry.get("organization", "")),
            user=_login(entry) if entry.get("demo_login") else None,
            created_at=first_seen[email] - LONGEST_KNOWN * share("known since", email),
        )
    Customer.objects.bulk_create(customers.values())
    return customers


_ORGANIZATION = ("name", "tier", "note")


def _login(
    entry: Entry, *, role: Role = Role.CUSTOMER, is_staff: bool = False, is_superuser: bool = False
) -> User:
    user = User.objects.create_user(
        entry["email"],
        PASSWORD,
        name=entry["name"],
        role=role,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _shop(now: datetime) -> ApiKey:
    """A key whose secret nobody has: what came by it is history."""
    secret = ApiKey.new_secret()
    return ApiKey.objects.create(
        name=SHOP,
        prefix=secret[:8],
        hash=hash_secret(secret),
        scopes=[Scope.TICKETS_WRITE.value, Scope.RECORDS_WRITE.value],
        created_at=now - timedelta(days=90),
    )
