"""Where staff may log in instead of here: identity providers that speak OpenID Connect."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.ways_in import SealedField


class IdentityProvider(models.Model):
    """One that an admin trusts to say who has which address. It makes no accounts."""

    name = models.CharField(
        _("name"),
        max_length=60,
        unique=True,
        help_text=_("On the button of the log-in page: “Log in with …”."),
    )
    issuer = models.CharField(
        _("issuer"),
        max_length=300,
        help_text=_(
            "Its address, letter by letter as it calls itself, like https://login.example.com/realms/us."
        ),
    )
    client_id = models.CharField(_("client ID"), max_length=200)
    client_secret = SealedField(_("client secret"), blank=True)
    proves_second_factor = models.BooleanField(
        _("asks for the second factor itself"),
        default=False,
        help_text=_(
            "On: whoever comes from there is not asked for their second factor here again. Only where "
            "it asks everybody for one."
        ),
    )
    allowed_networks = models.TextField(
        _("networks of our own"),
        blank=True,
        help_text=_(
            "Addresses in private networks are refused. If it stands in one, name that here, one on "
            "a line, like 10.20.0.0/16. Only there it may be asked without encryption."
        ),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(client_id=""),
                name="identity_provider_says_who_it_is",
            ),
            models.UniqueConstraint(
                fields=["issuer", "client_id"], name="identity_provider_is_there_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def networks(self) -> list[str]:
        return self.allowed_networks.split()
