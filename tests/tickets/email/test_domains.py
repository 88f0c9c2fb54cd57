"""What DNS says of a mailbox's domain, told by a real name server on the loopback."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from tests.dns_server import NameServer, names
from tests.factories import make_admin
from tests.tickets.admin.conftest import url_of
from tickets.email.domains import asking, checking
from tickets.email.domains.findings import Finding
from tickets.models import Mailbox, MailboxSending

__all__ = ["names"]  # a fixture

DOMAIN = "kestrelmoor.example"
RIGHT = "v=spf1 ip4:192.0.2.0/24 -all"


def found(**decided: Any) -> dict[str, Finding]:
    """What is found for a mailbox, by title."""
    mailbox = Mailbox(address=f"support@{DOMAIN}", **decided)
    return {one.title: one for one in checking.check(mailbox)}


def spf(names: NameServer, *records: str) -> Finding:
    names.texts[DOMAIN] = list(records)
    return found()["SPF"]


def key(bits: int = 2048) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


def test_a_domain_without_any_record_is_told_which_to_add(names: NameServer) -> None:
    answers = found(dkim_selector="s1")
    assert [one.is_right for one in answers.values()] == [False, False, False]
    assert answers["SPF"].name == DOMAIN
    assert answers["SPF"].record == "v=spf1 mx ~all"
    assert answers["DKIM"].name == f"s1._domainkey.{DOMAIN}"
    assert answers["DMARC"].name == f"_dmarc.{DOMAIN}"
    assert answers["DMARC"].record == f"v=DMARC1; p=none; rua=mailto:support@{DOMAIN}"


def test_a_domain_that_has_all_is_told_so(names: NameServer) -> None:
    names.texts = {
        DOMAIN: ["google-site-verification=x", RIGHT],
        f"s1._domainkey.{DOMAIN}": [f"v=DKIM1; k=rsa; p={key()}"],
        f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject; rua=mailto:d@kestrelmoor.example"],
    }
    answers = found(dkim_selector="s1")
    assert [one.is_right for one in answers.values()] == [True, True, True]
    assert not any(one.record for one in answers.values())


def test_of_several_spf_records_none_counts_and_one_is_made_of_them(names: NameServer) -> None:
    names.texts["a.example"] = names.texts["b.example"] = [RIGHT]
    answer = spf(names, "v=spf1 include:a.example -all", "v=spf1 include:b.example ~all")
    assert answer.is_right is False
    assert "2 SPF records" in answer.sentences[0]
    assert answer.record == "v=spf1 include:a.example include:b.example ~all"


def test_too_many_look_ups_are_counted_with_those_of_what_is_included(names: NameServer) -> None:
    includes = [f"n{number}.example" for number in range(6)]
    for name in includes:
        names.texts[name] = ["v=spf1 a mx -all"]
    few = spf(names, "v=spf1 " + " ".join(f"include:{one}" for one in includes[:3]) + " -all")
    assert few.is_right is True
    assert "needs 9 of the 10" in few.sentences[0]
    many = spf(names, "v=spf1 " + " ".join(f"include:{one}" for one in includes) + " -all")
    assert many.is_right is False
    assert "more than 10 look-ups" in " ".join(many.sentences)


def test_records_that_lead_to_each_other_end(names: NameServer) -> None:
    names.texts["a.example"] = ["v=spf1 include:b.example -all"]
    names.texts["b.example"] = ["v=spf1 include:a.example -all"]
    answer = spf(names, "v=spf1 include:a.example -all")
    assert answer.is_right is False
    assert len(names.asked) < 10


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("v=spf1 mx +all", "everybody may send"),
        ("v=spf1 mx all", "everybody may send"),
        ("v=spf1 mx ?all", "everybody may send"),
        ("v=spf1 mx", "has no end"),
        ("v=spf1 include:gone.example -all", "gone.example, which has no SPF"),
        ("v=spf1 ipv4:192.0.2.1 -all", "nothing that SPF knows"),
    ],
)
def test_what_makes_an_spf_record_worthless_is_named(
    names: NameServer, record: str, said: str
) -> None:
    answer = spf(names, record)
    assert answer.is_right is False
    assert said in " ".join(answer.sentences)


def test_a_record_that_only_leads_elsewhere_ends_as_that_one_does(names: NameServer) -> None:
    names.texts["all.example"] = [RIGHT]
    assert spf(names, "v=spf1 redirect=all.example").is_right is True
    names.texts["all.example"] = ["v=spf1 +all"]
    assert spf(names, "v=spf1 redirect=all.example").is_right is False


def test_the_provider_by_which_mail_leaves_has_to_be_named(
    names: NameServer, settings: Any
) -> None:
    settings.EMAIL_HOST = "smtp.gmail.com"
    names.texts["_spf.google.com"] = [RIGHT]
    answer = spf(names, "v=spf1 mx -all")
    assert "include:_spf.google.com" in " ".join(answer.sentences)
    assert answer.record == "v=spf1 include:_spf.google.com mx -all"
    assert spf(names, answer.record).is_right is True
    own = Mailbox(pk=1, address=f"support@{DOMAIN}")
    own.sending = MailboxSending(host="smtp.example.com")
    assert checking.server_of(own) == "smtp.example.com"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("v=DKIM1; p=", "taken back"),
        ("v=DKIM1; p=nonsense", "is no key"),
        ("v=DKIM1; k=ed25519; p=AAAA", "is no key"),
        (f"v=DKIM1; p={key(1024)[:-40]}", "is no key"),
    ],
)
def test_a_key_that_is_none_is_said_to_be_none(names: NameServer, record: str, said: str) -> None:
    names.texts[f"s1._domainkey.{DOMAIN}"] = [record]
    answer = found(dkim_selector="s1")["DKIM"]
    assert answer.is_right is False
    assert said in answer.sentences[0]


def test_a_short_key_and_a_trial_are_mentioned(names: NameServer) -> None:
    names.texts[f"s1._domainkey.{DOMAIN}"] = [f"v=DKIM1; t=y; p={key(1024)}"]
    answer = found(dkim_selector="s1")["DKIM"]
    assert answer.is_right is True
    assert "1024 bits" in " ".join(answer.sentences)
    assert "t=y" in " ".join(answer.sentences)


def test_without_a_selector_it_is_asked_for_and_nothing_is_guessed(names: NameServer) -> None:
    answer = found()["DKIM"]
    assert answer.is_right is None
    assert "selector" in answer.sentences[0]
    assert not any("_domainkey" in name for name in names.asked)


def test_the_dmarc_record_of_the_domain_above_counts(names: NameServer) -> None:
    names.texts["_dmarc.example.net"] = ["v=DMARC1; p=reject; sp=none"]
    mailbox = Mailbox(address="support@help.shop.example.net")
    answer = checking.check(mailbox)[2]
    assert answer.is_right is True
    assert "only watch" in " ".join(answer.sentences)
    assert "No reports" in " ".join(answer.sentences)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (["v=DMARC1; rua=mailto:a@b.example"], "does not say what is done"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "2 DMARC records"),
    ],
)
def test_a_dmarc_record_that_does_not_count_is_said_not_to(
    names: NameServer, records: list[str], said: str
) -> None:
    names.texts[f"_dmarc.{DOMAIN}"] = records
    answer = found()["DMARC"]
    assert answer.is_right is False
    assert said in answer.sentences[0]


def test_a_name_server_that_does_not_answer_is_not_a_record_that_is_missing(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS_EACH", 0.3)
    names.silent.add(DOMAIN)
    names.broken.add(f"_dmarc.{DOMAIN}")
    began = time.monotonic()
    answers = found()
    assert time.monotonic() - began < 5
    assert answers["SPF"].is_right is None
    assert "did not answer" in answers["SPF"].sentences[0]
    assert answers["DMARC"].is_right is None
    assert not answers["SPF"].record


def test_all_questions_together_have_a_bound(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.texts[DOMAIN] = [RIGHT]
    dns = asking.Dns(seconds=0.0)
    with pytest.raises(asking.NoAnswer):
        dns.texts(DOMAIN)
    assert not names.asked


def test_a_name_that_exists_without_such_a_record_has_none(names: NameServer) -> None:
    names.empty.add(DOMAIN)
    assert found()["SPF"].is_right is False


@pytest.mark.django_db
def test_the_page_asks_when_the_button_is_pressed_and_never_when_it_is_opened(
    client: Client, names: NameServer, settings: Any
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    from tests.tickets.email.posted import make_mailbox

    client.force_login(make_admin())
    mailbox = make_mailbox(dkim_selector="s1")
    client.get(url_of(mailbox))
    address = url_of(mailbox).replace("change/", "do/domain/")
    assert client.get(address).status_code == 405
    assert not names.asked
    names.texts[DOMAIN] = ["v=spf1 <script> -all"]
    page = client.post(address).content.decode()
    assert "nothing that SPF knows" in page
    assert "&lt;script&gt;" in page
    assert f"s1._domainkey.{DOMAIN}" in names.asked
