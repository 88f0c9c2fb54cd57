"""Addresses that are kept already are brought into their one form.

An address that a visitor left and that has no form is dropped: nothing was proved with it, and no mail
could reach it. Where an address is proved or logs in, somebody has to decide who it is, so the
migration changes nothing and names the rows (docs/operators.md says what to do).
"""

import logging
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import migrations

from tickets.addresses import normalised

logger = logging.getLogger(__name__)

KEPT = (("tickets", "Customer"), ("tickets", "User"), ("account", "EmailAddress"))


def bring_into_form(apps, schema_editor):
    problems = []
    changes = []
    for app, name in KEPT:
        model = apps.get_model(app, name)
        holders = defaultdict(list)
        rows = model.objects.exclude(email=None).order_by("pk").values_list("pk", "email")
        for pk, email in rows.iterator():
            try:
                form = normalised(email)
            except ValidationError as refused:
                problems.append(f"{model._meta.db_table} {pk}: {' '.join(refused.messages)}")
                continue
            one = (form, pk) if name == "EmailAddress" else form  # there, many may ask for one
            holders[one].append(pk)
            if form != email:
                changes.append((model, pk, {"email": form}))
        problems += [
            f"{model._meta.db_table} {', '.join(map(str, pks))}: the same address, written differently"
            for pks in holders.values()
            if len(pks) > 1
        ]
    if problems:
        raise CommandError(
            "These rows have e-mail addresses that cannot be told from others, so nothing was "
            "changed. Correct them, then migrate again:\n" + "\n".join(problems)
        )
    for model, pk, values in changes:
        model.objects.filter(pk=pk).update(**values)
    dropped = _bring_claims_into_form(apps.get_model("tickets", "Customer"))
    if dropped:
        logger.warning(
            "Dropped unconfirmed addresses without a form, of the customers %s.", dropped
        )


def _bring_claims_into_form(customers):
    """Those who left something that is no address."""
    dropped = []
    left = customers.objects.exclude(claimed_email="").values_list("pk", "claimed_email")
    for pk, email in list(left):
        try:
            form = normalised(email)
        except ValidationError:
            form = ""
            dropped.append(pk)
        if form != email:
            customers.objects.filter(pk=pk).update(claimed_email=form)
    return dropped


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0008_nearby_sections"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(bring_into_form, migrations.RunPython.noop)]
