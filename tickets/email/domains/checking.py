"""All that DNS says of the domain of one mailbox. Only DNS is asked, for some 20 seconds at most."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings

from tickets import addresses
from tickets.email.domains import dkim, dmarc, spf
from tickets.email.domains.asking import Dns, NoAnswer
from tickets.email.domains.findings import Finding, unanswered
from tickets.models import Mailbox

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def check(mailbox: Mailbox) -> list[Finding]:
    """SPF, DKIM and DMARC, each in sentences. Never raises; what nobody answers is said to be so."""
    domain = addresses.domain_of(mailbox.address)
    try:
        dns = Dns()
    except NoAnswer:
        return [unanswered(title, domain) for title in ("SPF", dkim.TITLE, dmarc.TITLE)]
    parts: list[tuple[str, Callable[[], Finding]]] = [
        ("SPF", partial(spf.check, dns, domain, server_of(mailbox))),
        (dkim.TITLE, partial(dkim.check, dns, domain, mailbox.dkim_selector)),
        (dmarc.TITLE, partial(dmarc.check, dns, domain, mailbox.address)),
    ]
    found = []
    for title, ask in parts:
        try:
            found.append(ask())
        except NoAnswer as error:
            found.append(unanswered(title, str(error)))
    return found


def server_of(mailbox: Mailbox) -> str:
    """The server by which its mail leaves; "" for one on this machine, which nobody else knows."""
    sending = getattr(mailbox, "sending", None)
    host = (sending.host if sending else "") or str(settings.EMAIL_HOST)
    return "" if host in _THIS_MACHINE else host
