"""SPF (RFC 7208): which servers may send mail from a domain. Read and counted, not evaluated for a server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tickets.email.domains.asking import Dns
from tickets.email.domains.findings import Finding

MOST_LOOK_UPS = 10  # RFC 7208, 4.6.4; whoever needs more is believed by nobody
_STOP_AT = 20  # to say that there are too many it need not be known how many
_TERM = re.compile(
    r"(?P<sign>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?P<rest>[:/].*)?$", re.I
)
_MODIFIER = re.compile(r"(?P<name>[a-z][\w.-]*)=(?P<value>.*)$", re.I)
_ASKS = ("include", "a", "mx", "ptr", "exists")
# By whose servers mail leaves, and what they want to be included.
_PROVIDERS = {
    "smtp.gmail.com": "_spf.google.com",
    "smtp-relay.gmail.com": "_spf.google.com",
    "smtp.office365.com": "spf.protection.outlook.com",
    "smtp.fastmail.com": "spf.messagingengine.com",
    "smtp.mail.me.com": "icloud.com",
    "smtp.mailgun.org": "mailgun.org",
    "smtp.postmarkapp.com": "spf.mtasv.net",
    "smtp.sendgrid.net": "sendgrid.net",
}


@dataclass
class _Walk:
    """What the records say that a record leads to."""

    look_ups: int = 0
    included: set[str] = field(default_factory=set)
    without_record: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    ends: str = ""  # with what the first record ends: "-", "~", "?", "+"


def check(dns: Dns, domain: str, server: str) -> Finding:
    """What SPF says of a domain whose mail leaves by `server`. Raises NoAnswer."""
    records = [one for one in dns.texts(domain) if _is_spf(one)]
    title = "SPF"
    if not records:
        return Finding(
            title,
            is_right=False,
            sentences=[
                _(
                    "%(domain)s has no SPF record, so receivers do not know which servers may send "
                    "for it, and put mail aside."
                )
                % {"domain": domain},
                _how(server),
            ],
            name=domain,
            record=f"v=spf1 {_wanted(server)} ~all",
        )
    if len(records) > 1:
        return Finding(
            title,
            is_right=False,
            sentences=[
                _(
                    "%(domain)s has %(number)d SPF records. Then none of them counts. Make one of "
                    "them: what stands between “v=spf1” and “all” in each, one after the other."
                )
                % {"domain": domain, "number": len(records)}
            ],
            found=records,
            name=domain,
            record=_joined(records),
        )
    walk = _Walk()
    walk.ends = _follow(dns, records[0], walk, {domain})
    wrong = list(_wrong(walk, server))
    if wrong:
        missing = _PROVIDERS.get(server.lower())
        record = ""
        if missing and missing not in walk.included:
            record = re.sub(r"(?i)^v=spf1", f"v=spf1 include:{missing}", records[0])
        name = domain if record else ""
        return Finding(title, False, wrong, found=records, name=name, record=record)
    sentences = [
        _("%(domain)s has one SPF record, and it needs %(number)d of the 10 look-ups allowed.")
        % {"domain": domain, "number": walk.look_ups}
    ]
    if server and server.lower() not in _PROVIDERS:
        sentences.append(
            _(
                "Mail leaves by %(server)s. Whether its addresses are among those allowed, its "
                "provider says: look at a mail that arrived, there stands “spf=pass”."
            )
            % {"server": server}
        )
    return Finding(title, True, sentences, found=records)


def _wrong(walk: _Walk, server: str) -> Iterator[str]:
    for name in walk.unreadable:
        yield _(
            "“%(term)s” is nothing that SPF knows. Then the whole record counts for nothing."
        ) % {"term": name}
    for name in walk.without_record:
        yield _(
            "It includes %(name)s, which has no SPF record. Then the whole counts for nothing."
        ) % {"name": name}
    if walk.look_ups > MOST_LOOK_UPS:
        yield _(
            "It takes more than 10 look-ups in DNS, with what it includes. Then it counts for nothing. "
            "Take out the parts of services that you do not use any more."
        )
    if walk.ends in ("+", "?"):
        yield _(
            "It ends so that everybody may send for the domain. End it with “~all”, or with “-all” once "
            "you are sure."
        )
    if not walk.ends:
        yield _("It has no end. Write “~all” behind it, or “-all” once you are sure.")
    missing = _PROVIDERS.get(server.lower())
    if missing and missing not in walk.included:
        yield _(
            "Mail leaves by %(server)s, whose servers are not named: %(include)s is missing."
        ) % {
            "server": server,
            "include": f"include:{missing}",
        }


def _follow(dns: Dns, record: str, walk: _Walk, above: set[str]) -> str:
    """Count what a record asks for, with those that it leads to; with which sign it ends, "" for none."""
    ends = redirect = ""
    for term in record.split()[1:]:
        if match := _TERM.match(term):
            name, rest = match["name"].lower(), (match["rest"] or "").removeprefix(":")
            walk.look_ups += name in _ASKS
            if name == "all":
                ends = match["sign"] or "+"
            elif name == "include":
                walk.included.add(rest.lower().rstrip("."))
                _lead(dns, rest, walk, above)
        elif match := _MODIFIER.match(term):
            if match["name"].lower() == "redirect":
                redirect = match["value"]
        else:
            walk.unreadable.append(term[:80])
    if redirect and not ends:  # with an end of its own it leads nowhere
        walk.look_ups += 1
        ends = _lead(dns, redirect, walk, above)
    return ends


def _lead(dns: Dns, written: str, walk: _Walk, above: set[str]) -> str:
    """Go on with the record of another domain; with which sign it ends."""
    name = written.lower().rstrip(".")
    if "%" in name or walk.look_ups > _STOP_AT:  # a macro: it depends on who sends
        return "~"
    if name in above:
        walk.look_ups = _STOP_AT + 1  # it leads to itself, for ever
        return "~"
    record = next(filter(_is_spf, dns.texts(name)), "")
    if not record:
        walk.without_record.append(name[:80])
        return "~"
    return _follow(dns, record, walk, {*above, name})


def _is_spf(record: str) -> bool:
    return record.lower().split(" ", 1)[0] == "v=spf1"


def _wanted(server: str) -> str:
    included = _PROVIDERS.get(server.lower())
    if included:
        return f"include:{included}"
    return f"a:{server}" if server else "mx"


def _how(server: str) -> str:
    if server.lower() in _PROVIDERS:
        return _("With this record the servers of %(server)s may send.") % {"server": server}
    return _(
        "This record is a beginning: your mail provider says what has to be included instead of the "
        "part in the middle."
    )


def _joined(records: list[str]) -> str:
    terms = [term for record in records for term in record.split()[1:]]
    kept = dict.fromkeys(one for one in terms if one.lower().lstrip("+-~?") != "all")
    return " ".join(["v=spf1", *kept, "~all"])
