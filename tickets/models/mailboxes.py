"""The addresses at which the company gets mail, and what an admin decides for each of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock
from tickets.models.ways_in import ComesIn


class Mailbox(ComesIn):
    """An address of ours: what comes there becomes conversations, and their answers leave from it."""

    name = models.CharField(_("name"), max_length=80, help_text=_("Like “Support” or “Orders”."))
    address = models.EmailField(
        _("address"),
        max_length=addresses.LONGEST,
        unique=True,
        help_text=_("Customers write to it, and answers come from it."),
    )
    team = models.ForeignKey(
        "Team",
        verbose_name=_("team"),
        on_delete=models.PROTECT,
        related_name="mailboxes",
        help_text=_("Gets what is written to this address."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Of what is sent by itself, where the customer's language is not known."),
    )
    signature = models.TextField(
        _("signature"),
        max_length=1000,
        blank=True,
        help_text=_("Stands below every answer of an agent from this address."),
    )
    assistant_answers = models.BooleanField(
        _("the assistant answers"),
        default=False,
        help_text=_(
            "What customers write here is read by the assistant first. It says that it is one, and "
            "“Talk to a human” stands in each of its mails. Otherwise it goes to a person at once."
        ),
    )
    acknowledges = models.BooleanField(
        _("says that a mail has arrived"),
        default=True,
        help_text=_("A new conversation is acknowledged with its number and the expected time."),
    )
    opens_automatic = models.BooleanField(
        _("automatic mail opens conversations"),
        default=False,
        help_text=_(
            "For addresses to which a shop or a form writes by itself. Otherwise such mail is put "
            "aside under “Other mail”, unless it belongs to a conversation."
        ),
    )
    has_plus_addresses = models.BooleanField(
        _("takes addresses with a plus"),
        default=True,
        help_text=_(
            "The server delivers name+anything@… here, too. Answers then find their conversation "
            "by the address alone."
        ),
    )
    trusted_server = models.CharField(
        _("our receiving server"),
        max_length=200,
        blank=True,
        help_text=_(
            "The name with which your own mail server begins its Authentication-Results, like "
            "mx.example.com; it stands in the source of any mail that came here. What others say of a "
            "sender is not believed. Without it nobody proves that a colleague sent a mail: their "
            "answers to notifications, and what they forward, wait for an agent."
        ),
    )

    dkim_selector = models.CharField(
        _("DKIM selector"),
        max_length=63,
        blank=True,
        help_text=_(
            "The name of the key with which mail from this address is signed, like s1 or google. Your "
            "mail provider says it. It is needed only to check the records of the domain."
        ),
    )

    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address__regex=addresses.FORM), name="mailbox_address_in_its_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"
