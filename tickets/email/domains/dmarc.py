"""DMARC: what receivers do with mail that only says that it is from a domain."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tickets.email.domains.asking import Dns
from tickets.email.domains.findings import Finding
from tickets.email.domains.tags import tags_of

TITLE = "DMARC"
MOST_NAMES = 8  # of a domain that are asked, from its own to the one above
_POLICIES = ("none", "quarantine", "reject")


def check(dns: Dns, domain: str, address: str) -> Finding:
    """What receivers are told of a domain; the record may be that of a domain above. Raises NoAnswer."""
    for name in _above(domain):
        found = [one for one in dns.texts(f"_dmarc.{name}") if _is_dmarc(one)]
        if len(found) > 1:
            sentence = _(
                "There are %(number)d DMARC records at %(name)s. Then none counts: leave one."
            )
            return Finding(
                TITLE,
                is_right=False,
                sentences=[sentence % {"number": len(found), "name": f"_dmarc.{name}"}],
                found=found,
            )
        if found:
            return _read(found[0], domain, name)
    return Finding(
        TITLE,
        is_right=False,
        sentences=[
            _(
                "%(domain)s has no DMARC record. Anybody can write mail that says it is from this "
                "domain, and large receivers want one from whoever writes to many."
            )
            % {"domain": domain},
            _(
                "Begin with this one: it changes nothing and has reports sent to you. Once they show "
                "that your own mail passes, write “p=quarantine”."
            ),
        ],
        name=f"_dmarc.{domain}",
        record=f"v=DMARC1; p=none; rua=mailto:{address}",
    )


def _read(record: str, domain: str, name: str) -> Finding:
    tags = tags_of(record)
    inherited = name != domain
    policy = (tags.get("sp") if inherited else None) or tags.get("p", "")
    if policy.lower() not in _POLICIES:
        sentence = _(
            "The DMARC record of %(name)s does not say what is done (p=none, quarantine or reject), so "
            "it does not count."
        )
        return Finding(TITLE, False, [sentence % {"name": name}], found=[record])
    said = {
        "none": _("Receivers only watch, and let forged mail in (p=none)."),
        "quarantine": _("Receivers put forged mail into the spam folder (p=quarantine)."),
        "reject": _("Receivers refuse forged mail (p=reject)."),
    }
    sentences = [
        _("%(domain)s has a DMARC record, at %(name)s.")
        % {"domain": domain, "name": f"_dmarc.{name}"},
        said[policy.lower()],
    ]
    share = tags.get("pct", "100")
    if share != "100":
        sentences.append(_("It counts for %(share)s %% of the mail only.") % {"share": share[:5]})
    if "rua" not in tags:
        sentences.append(
            _("No reports are sent to anybody: with “rua=mailto:…” you see who sends as you.")
        )
    return Finding(TITLE, True, sentences, found=[record])


def _above(domain: str) -> list[str]:
    """The domain and those above it, down to two parts."""
    parts = domain.split(".")
    names = [".".join(parts[place:]) for place in range(len(parts) - 1)]
    return [names[0], *names[1:][-(MOST_NAMES - 1) :]] if names else [domain]


def _is_dmarc(record: str) -> bool:
    return record.partition(";")[0].replace(" ", "").lower() == "v=dmarc1"
