"""What an address is: one form, letter by letter, wherever it comes in and whoever compares it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField

from tests.factories import make_customer, make_ticket, make_user, make_visitor
from tests.source import OURS
from tickets import actions, addresses
from tickets.actors import Actor
from tickets.admin import site
from tickets.models import Block, Claim, Customer, Participant, Record, User

ADDRESS = "post@kestrel.example"

# Written like ADDRESS, or taken for it by a machine that folds case or compatibility.
REFUSED = {
    "dotless i before the @": "post\u0131@kestrel.example",
    "dotted capital I before the @": "post\u0130@kestrel.example",
    "long s before the @": "po\u017ft@kestrel.example",
    "long s in the domain": "post@ke\u017ftrel.example",
    "kelvin sign before the @": "\u212aost@kestrel.example",
    "kelvin sign in the domain": "post@\u212aestrel.example",
    "full-width letter before the @": "\uff50ost@kestrel.example",
    "full-width letter in the domain": "post@\uff4bestrel.example",
    "full-width @": "post\uff20kestrel.example",
    "cyrillic letter before the @": "p\u043est@kestrel.example",
    "letter with an accent": "p\u00f6st@kestrel.example",
    "zero-width space before the @": "po\u200bst@kestrel.example",
    "zero-width space in the domain": "post@kes\u200btrel.example",
    "zero-width space at the end": "post@kestrel.example\u200b",
    "zero-width joiner": "post@kes\u200dtrel.example",
    "soft hyphen": "post@kes\u00adtrel.example",
    "byte order mark": "\ufeffpost@kestrel.example",
    "variation selector": "post@kestrel\ufe0f.example",
    "right-to-left override": "post@\u202ekestrel.example",
    "isolate": "post\u2066@kestrel.example",
    "NUL": "post\0@kestrel.example",
    "line feed inside": "post@kestrel.example\nBcc: all@kestrel.example",
    "space inside": "po st@kestrel.example",
    "decomposed letter": "post@mu\u0308nchen.example",
    "trailing dot": "post@kestrel.example.",
    "two trailing dots": "post@kestrel.example..",
    "ideographic dot": "post@kestrel\u3002example",
    "ideographic trailing dot": "post@kestrel.example\u3002",
    "quoted": '"post"@kestrel.example',
    "quoted with a space": '"po st"@kestrel.example',
    "quoted with an @": '"post@kestrel.example"@evil.example',
    "comment": "post(me)@kestrel.example",
    "display name": "Post <post@kestrel.example>",
    "two addresses": "post@kestrel.example,mallory@evil.example",
    "two @": "post@kestrel.example@evil.example",
    "route": "@evil.example:post@kestrel.example",
    "percent and bang": "post%kestrel.example",
    "dot first": ".post@kestrel.example",
    "dot last": "post.@kestrel.example",
    "two dots": "po..st@kestrel.example",
    "number for a domain": "post@127.0.0.1",
    "literal for a domain": "post@[127.0.0.1]",
    "underscore in the domain": "post@kes_trel.example",
    "hyphen at the edge": "post@-kestrel.example",
    "punycode of nothing": "post@xn--a.example",
    "punycode with only letters": "post@xn--kestrel-.example",
    "symbol": "post@\u2603.example",
    "no dot": "post@kestrel",
    "nothing": "",
    "nothing before the @": "@kestrel.example",
    "nothing after the @": "post@",
    "65 before the @": "x" * 65 + "@kestrel.example",
    "a label of 64": "post@" + "x" * 64 + ".example",
    "255 in all": "post@" + ("x" * 60 + ".") * 4 + "example",
    "long in punycode": "post@" + "\u00fc" * 60 + ".example",
    "very long": "x" * 100_000 + "@kestrel.example",
    "many @": "@" * 50_000,
}
KEPT = {
    "as it is": (ADDRESS, ADDRESS),
    "case": ("Post@Kestrel.EXAMPLE", ADDRESS),
    "spaces around": ("  post@kestrel.example\n", ADDRESS),
    "plus": ("Po.st+Tents@kestrel.example", "po.st+tents@kestrel.example"),
    "dots": ("p.o.s.t@kestrel.example", "p.o.s.t@kestrel.example"),
    "signs": ("o'brien_a/b=c@kestrel.example", "o'brien_a/b=c@kestrel.example"),
    "punycode": ("post@XN--MNCHEN-3YA.example", "post@xn--mnchen-3ya.example"),
    "the same in Unicode": ("post@m\u00fcnchen.example", "post@xn--mnchen-3ya.example"),
    "in capitals": ("post@M\u00dcNCHEN.example", "post@xn--mnchen-3ya.example"),
    "sharp s stays": ("post@stra\u00dfe.example", "post@xn--strae-oqa.example"),
    "greek": ("post@\u039f\u0394\u039f\u03a3.example", "post@xn--pxavbq.example"),
    "a foreign end": (
        "post@kestrel.verm\u00f6gensberatung",
        "post@kestrel.xn--vermgensberatung-pwb",
    ),
    "64 before the @": ("x" * 64 + "@kestrel.example", "x" * 64 + "@kestrel.example"),
    "this machine": ("root@localhost", "root@localhost"),
}
# Domains of somebody else that are written like kestrelmill.example.
TWINS = {
    "dotless i": "post@kestrelm\u0131ll.example",
    "dotted capital I": "post@kestrelm\u0130ll.example",
    "cyrillic letters": "post@k\u0435strelmill.example",
    "its punycode": "post@xn--kestrelmll-2pb.example",
}
TWIN_OF = "post@kestrelmill.example"


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_has_no_form_of_its_own_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        addresses.normalised(text)
    assert refused.value.code == "invalid_email"
    (sentence,) = refused.value.messages
    assert sentence.endswith(".")
    assert addresses.to_look_up(text) == ""


@pytest.mark.parametrize(("text", "form"), KEPT.values(), ids=KEPT)
def test_an_address_has_one_form_which_is_its_own(text: str, form: str) -> None:
    assert addresses.normalised(text) == form
    assert addresses.normalised(form) == form
    assert re.fullmatch(addresses.FORM, form)
    assert form.isascii()


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
def test_a_twin_of_an_address_is_another_address(twin: str) -> None:
    assert addresses.normalised(twin) != TWIN_OF
    assert addresses.normalised(twin).partition("@")[2].startswith("xn--")


# --- in the database ------------------------------------------------------------------------------

ROWS: dict[str, Callable[[str], Any]] = {
    "customer": lambda email: Customer.objects.create(email=email),
    "claimed": lambda email: Customer.objects.create(claimed_email=email),
    "user": lambda email: User.objects.create(email=email),
    "log-in": lambda email: make_user().emailaddress_set.create(email=email),  # type: ignore[attr-defined]
    "changed": lambda email: Customer.objects.filter(pk=make_visitor().pk).update(email=email),
}


@pytest.mark.django_db
@pytest.mark.parametrize("add", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize(
    "email",
    [
        "Post@kestrel.example",
        "post\u0131@kestrel.example",
        "post@kestrel\u0131.example",
        "\u017fpost@kestrel.example",
        "\u212aost@kestrel.example",
        "post@kestrel.example.",
        "post@kestrel.example\n",
        " post@kestrel.example",
        '"post"@kestrel.example',
        "post@@kestrel.example",
        "post",
    ],
)
def test_the_database_keeps_no_address_in_another_form(
    add: Callable[[str], Any], email: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add(email)


@pytest.mark.django_db
def test_an_address_is_of_one_customer_and_of_one_log_in() -> None:
    for add in (ROWS["customer"], ROWS["user"]):
        add(ADDRESS)
        with pytest.raises(IntegrityError), transaction.atomic():
            add(ADDRESS)
    assert not Customer.objects.filter(email="").exists()


# --- wherever one comes in ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("twin", [*TWINS.values(), *list(REFUSED.values())[:12]])
def test_no_twin_is_taken_for_a_known_customer_or_log_in(twin: str) -> None:
    known = make_customer(email=TWIN_OF)
    make_customer(email=ADDRESS)
    make_user(email=TWIN_OF)
    before = set(Customer.objects.values_list("pk", flat=True))
    try:
        found = actions.known_customer(actor=Actor.system(), email=twin)
    except ValidationError:
        pass
    else:
        assert found != known
        assert found.pk not in before
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(twin)


@pytest.mark.django_db
def test_a_log_in_is_found_and_made_in_the_one_form() -> None:
    user = User.objects.create_user("  Post@M\u00fcnchen.example")
    assert user.email == "post@xn--mnchen-3ya.example"
    assert User.objects.get_by_natural_key("POST@xn--mnchen-3ya.example") == user
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(None)
    with pytest.raises(ValidationError):
        User.objects.create_user("po\u017ft@kestrel.example")


@pytest.mark.django_db
def test_a_visitor_who_leaves_a_twin_claims_the_twin() -> None:
    owner = make_customer(email=TWIN_OF)
    ticket = make_ticket(customer=make_visitor())
    actions.leave_email(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, email=TWINS["dotless i"]
    )
    claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    confirmed = actions.confirm_claim(actor=Actor.nobody(), claim=claim)
    assert confirmed != owner
    assert confirmed.email == addresses.normalised(TWINS["dotless i"])
    assert not owner.tickets.exists()


# --- nobody compares them in another way ----------------------------------------------------------

FOLDING = re.compile(r"(?:i(?:exact|contains|startswith|endswith|regex)|lower|upper)$")
FOLDED_BY_HAND = re.compile(
    r"\b\w*(?:e?mail|address|login)\w*\)?\.(?:lower|upper|casefold|swapcase)\("
)


def folded(tree: ast.AST) -> list[str]:
    """Look-ups on an address, and functions of the database, that ignore case."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            names = [node.arg]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        else:
            names = []
        found += [
            name
            for name in names
            if "email" in name and "__" in name and FOLDING.search(name.rpartition("__")[2])
        ]
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
            "Lower",
            "Upper",
        ):
            found += [ast.unparse(node)] if "email" in ast.unparse(node) else []
    return found


def test_no_code_of_ours_folds_an_address() -> None:
    elsewhere = [module for module in OURS if module.name != "tickets/addresses.py"]
    found = {module.name: folded(module.tree) for module in elsewhere}
    assert {name: names for name, names in found.items() if names} == {}
    by_hand = [
        f"{module.name}: {line.strip()}"
        for module in elsewhere
        for line in module.path.read_text().splitlines()
        if FOLDED_BY_HAND.search(line)
    ]
    assert by_hand == []


@pytest.mark.parametrize(
    "code",
    [
        "Customer.objects.filter(email__iexact=email)",
        "Q(customer__email__icontains=words)",
        "q = {'claimed_email__istartswith': email}",
        "Customer.objects.annotate(a=Lower('email'))",
        "models.UniqueConstraint(functions.Upper('email'))",
        "filter(user__email__lower=email)",
    ],
)
def test_the_search_for_folded_addresses_finds_them(code: str) -> None:
    assert folded(ast.parse(code))


def test_the_search_for_folding_by_hand_finds_it() -> None:
    for code in ("email.lower()", "user_email.casefold()", "str(email).upper()"):
        assert FOLDED_BY_HAND.search(code)
    assert not FOLDED_BY_HAND.search("words.lower()")


def test_no_list_of_the_admin_looks_for_addresses_whatever_their_case() -> None:
    """A search field without a look-up of its own is an `icontains`."""
    asked = 0
    for admin in site._registry.values():
        for name in admin.search_fields:
            path, _sep, lookup = name.lstrip("^=@").rpartition("__")
            asked += 1
            if "email" in name:
                assert path.endswith("email"), name
                assert lookup == "contains", name
    assert asked > 10


def test_every_column_that_keeps_an_address_is_checked_by_the_database() -> None:
    """A new one has to say its form, too."""
    columns = {
        (model.__name__, field.name)
        for label in ("tickets", "bots", "knowledgebase")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField) and "email" in field.name
    }
    checked = {
        (model.__name__, name)
        for model in (Customer, User, Claim, Block, Participant, Record)
        for name in ("email", "claimed_email", "customer_email")
        if any(
            f"('{name}__regex', {addresses.FORM!r})" in str(one) for one in model._meta.constraints
        )
    }
    shown_and_never_compared = {("SiteSettings", "contact_email")}
    assert columns - shown_and_never_compared == checked


# --- what was kept before -------------------------------------------------------------------------

BEFORE = [
    ("tickets", "0008_nearby_sections"),
    ("account", "0009_emailaddress_unique_primary_email"),
]


def bring_into_form(kept: Any) -> None:
    migration = importlib.import_module("tickets.migrations.0009_addresses_in_one_form")
    migration.bring_into_form(kept, None)


@pytest.fixture
def kept(db: None) -> Any:
    """The tables as they were before addresses had one form."""
    with connection.cursor() as cursor:
        for table, name in (
            ("tickets_customer", "customer_email_in_its_form"),
            ("tickets_customer", "customer_claimed_email_in_its_form"),
            ("tickets_customer", "customer_email_unique"),
            ("tickets_user", "user_email_in_its_form"),
            ("account_emailaddress", "account_emailaddress_in_its_form"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return MigrationExecutor(connection).loader.project_state(BEFORE).apps


def test_addresses_that_are_kept_already_are_brought_into_their_form(kept: Any) -> None:
    customers, users = kept.get_model("tickets", "Customer"), kept.get_model("tickets", "User")
    logins = kept.get_model("account", "EmailAddress")
    customer = customers.objects.create(email="Post@Fjellhe\u0131m.example")
    visitor = customers.objects.create(claimed_email="Post@Kestrel.example")
    lost = customers.objects.create(claimed_email="p\u00f6st@kestrel.example")
    nobody = customers.objects.create()
    user = users.objects.create(email="Post@M\u00fcnchen.example")
    login = logins.objects.create(user=user, email="Post@M\u00fcnchen.example", verified=True)
    bring_into_form(kept)
    for row in (customer, visitor, lost, nobody, user, login):
        row.refresh_from_db()
    assert customer.email == "post@xn--fjellhem-zkb.example"
    assert (visitor.claimed_email, lost.claimed_email) == (ADDRESS, "")
    assert (nobody.email, nobody.claimed_email) == (None, "")
    assert user.email == login.email == "post@xn--mnchen-3ya.example"


@pytest.mark.parametrize(
    "rows",
    [
        ["p\u00f6st@kestrel.example"],
        ["post@m\u00fcnchen.example", "post@xn--mnchen-3ya.example"],
    ],
    ids=["no form", "one address twice"],
)
def test_who_somebody_is_is_not_decided_by_a_migration(kept: Any, rows: list[str]) -> None:
    customers = kept.get_model("tickets", "Customer")
    made = [customers.objects.create(email=email) for email in rows]
    fine = customers.objects.create(email="Fine@Kestrel.example")
    with pytest.raises(CommandError) as stopped:
        bring_into_form(kept)
    assert all(str(row.pk) in str(stopped.value) for row in made)
    assert "tickets_customer" in str(stopped.value)
    fine.refresh_from_db()
    assert fine.email == "Fine@Kestrel.example"
