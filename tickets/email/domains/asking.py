"""Questions to DNS, of which each and all together have a bound on their time."""

from __future__ import annotations

import time

import dns.exception
import dns.nameserver
import dns.resolver
from django.conf import settings

SECONDS_EACH = 3.0
SECONDS_IN_ALL = 20.0


class NoAnswer(Exception):
    """Nobody answered in time, or only that they cannot: it is not known what there is."""


class Dns:
    """Asks for the records of names, for so many seconds in all; each question once."""

    def __init__(self, *, seconds: float = SECONDS_IN_ALL) -> None:
        self._until = time.monotonic() + seconds
        self._known: dict[tuple[str, str], list[str]] = {}
        self._resolver = _resolver()

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name; none where there is no such name. Raises NoAnswer."""
        return self.records(name, "TXT")

    def records(self, name: str, kind: str) -> list[str]:
        """The records of a kind, as they are written; those of text without quotation marks.

        Raises:
            NoAnswer: it could not be found out.
        """
        if (name, kind) not in self._known:
            self._known[name, kind] = self._ask(name, kind)
        return self._known[name, kind]

    def _ask(self, name: str, kind: str) -> list[str]:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoAnswer(name)
        try:
            answer = self._resolver.resolve(
                name, kind, lifetime=min(left, SECONDS_EACH), search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError) as error:
            raise NoAnswer(name) from error
        except dns.exception.DNSException:  # it cannot be a name
            return []
        if kind == "TXT":
            return sorted(b"".join(one.strings).decode("utf-8", "replace") for one in answer)
        return sorted(str(one) for one in answer)


def _resolver() -> dns.resolver.Resolver:
    """With the servers of DNS_SERVERS, else those of the machine. Raises NoAnswer."""
    if not settings.DNS_SERVERS:
        try:
            return dns.resolver.Resolver()
        except dns.resolver.NoResolverConfiguration as error:
            raise NoAnswer from error
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [_server(one) for one in settings.DNS_SERVERS]
    return resolver


def _server(written: str) -> dns.nameserver.Nameserver:
    """`192.0.2.1`, `192.0.2.1:5353` or `[2001:db8::1]:53`."""
    host, _colon, port = written.rpartition(":")
    if not host or (host.count(":") and not host.startswith("[")):
        return dns.nameserver.Do53Nameserver(written.strip("[]"), 53)
    return dns.nameserver.Do53Nameserver(host.strip("[]"), int(port))
