"""Secrets are encrypted where they are kept, and the key can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tickets.email.test_receiving import make_mailbox
from tickets import actions, sealing
from tickets.actors import Actor
from tickets.models import PushKey

SECRET = "a lantern in the fog ⛺"


def test_a_secret_is_not_what_is_kept_and_nothing_stays_nothing() -> None:
    sealed = sealing.seal(SECRET)
    assert SECRET not in sealed
    assert sealing.seal(SECRET) != sealed
    assert sealing.unseal(sealed) == SECRET
    assert (sealing.seal(""), sealing.unseal("")) == ("", "")


def test_an_old_key_still_opens_and_another_does_not(settings: Any) -> None:
    settings.SEALING_KEYS = ["old"]
    sealed = sealing.seal(SECRET)
    settings.SEALING_KEYS = ["new", "old"]
    assert sealing.unseal(sealed) == SECRET
    settings.SEALING_KEYS = ["new"]
    for broken in (sealed, "nonsense", "ö"):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(broken)


@pytest.mark.django_db
def test_after_sealing_again_the_old_key_may_go(settings: Any) -> None:
    settings.SEALING_KEYS = ["old"]
    mailbox = make_mailbox()
    mailbox.imap_password, mailbox.signing_key = sealing.seal(SECRET), "nonsense"
    mailbox.save()
    PushKey.objects.update(private_key=sealing.seal("a key"))
    settings.SEALING_KEYS = ["new", "old"]
    done, lost = actions.seal_again(actor=Actor.system())
    assert (done, lost) == (2, [f"{mailbox} (signing_key)"])
    settings.SEALING_KEYS = ["new"]
    mailbox.refresh_from_db()
    assert sealing.unseal(mailbox.imap_password) == SECRET
    assert sealing.unseal(PushKey.objects.get().private_key) == "a key"
    assert mailbox.signing_key == "nonsense"
