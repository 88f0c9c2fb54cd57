"""Staff see where they are logged in, and end it there: it is over at once, on pages and at sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.contrib.auth import HASH_SESSION_KEY
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import PASSWORD, make_admin, make_agent, make_customer, make_team, make_ticket
from tests.sockets import do, open_socket
from tests.tickets.open_screens import staff_path
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.models import Event, EventKind, StaffLogIn, User
from tickets.models.staff_log_ins import hashed
from tickets.sockets.base import UNAUTHENTICATED
from tickets.web import devices, sessions

PAGE = "/workspace/account/"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture(autouse=True)
def _with_a_password_alone() -> Iterator[None]:
    with override_settings(STAFF_NEED_SECOND_FACTOR=False):
        yield


@pytest.fixture
def dana(db: None) -> User:
    return make_agent("Dana Osei", teams=[make_team()])


def browser(user: User, agent: str = DESK, address: str = "192.0.2.7") -> Client:
    """One in which somebody has just logged in, and opened the first page."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.force_login(user, backend=configured.AUTHENTICATION_BACKENDS[0])
    return client


def row_of(client: Client) -> StaffLogIn:
    return StaffLogIn.objects.get(session_key=client.session.session_key)


def is_in(client: Client) -> bool:
    return client.get("/workspace/").status_code == 200


def test_an_agent_reads_where_they_are_logged_in_in_plain_words(dana: User) -> None:
    here, phone = browser(dana), browser(dana, PHONE, "2001:db8::9")
    StaffLogIn.objects.filter(pk=row_of(phone).pk).update(
        device=PHONE, network_address="2001:db8::9", proofs=["password", "totp"]
    )
    StaffLogIn.objects.filter(pk=row_of(here).pk).update(device=DESK, network_address="192.0.2.7")
    page = here.get(PAGE).content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert "2001:db8::9" in page
    assert "password, authenticator app" in page
    assert page.count("This one") == 1
    assert page.index("Firefox on Windows") < page.index("This one") < page.index("Safari")
    for secret in (here.session.session_key, phone.session.session_key, row_of(here).good_for):
        assert str(secret) not in page


def test_a_log_in_at_the_form_is_noted_with_its_device_and_address_and_recorded(dana: User) -> None:
    EmailAddress.objects.create(user=dana, email=dana.email, verified=True, primary=True)
    dana.set_password(PASSWORD)
    dana.authenticator_set.all().delete()  # type: ignore[attr-defined]
    dana.save()
    client = Client(headers={"user-agent": PHONE + "\x00\x1f"}, REMOTE_ADDR="198.51.100.4")
    client.post("/account/login/", {"login": dana.email, "password": PASSWORD})
    row = row_of(client)
    assert (row.user, row.device, row.network_address) == (dana, PHONE, "198.51.100.4")
    assert row.proofs == ["password"]
    event = Event.objects.get(kind=EventKind.LOGGED_IN)
    assert (event.actor_user, event.subject_id) == (dana, str(dana.pk))
    assert event.data["proofs"] == ["password"]
    assert event.data["network_address"] == "198.51.100.4"
    assert str(client.session.session_key) not in str(event.data)


def test_one_is_ended_and_the_others_go_on(dana: User) -> None:
    here, phone, other = browser(dana), browser(dana, PHONE), browser(dana)
    assert is_in(phone)  # so a copy of its session is in the cache
    answer = here.post(f"{PAGE}log-ins/{row_of(phone).pk}/end/")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert (is_in(phone), is_in(here), is_in(other)) == (False, True, True)
    event = Event.objects.get(kind=EventKind.LOG_IN_ENDED)
    assert (event.actor_user, event.subject, event.subject_id) == (
        dana,
        "tickets.user",
        str(dana.pk),
    )


def test_all_others_are_ended_at_once(dana: User) -> None:
    here, rest = browser(dana), [browser(dana), browser(dana, PHONE)]
    colleague = browser(make_agent())
    here.post(f"{PAGE}log-ins/end/")
    assert [is_in(one) for one in rest] == [False, False]
    assert is_in(here)
    assert is_in(colleague)
    assert Event.objects.filter(kind=EventKind.LOG_IN_ENDED).count() == 2
    assert "Nowhere else." in here.get(PAGE).content.decode()


def test_nobody_ends_a_log_in_of_somebody_else_by_its_number(dana: User) -> None:
    theirs = browser(make_agent())
    here = browser(dana)
    for number in (row_of(theirs).pk, row_of(here).pk, 0, 10**12):
        assert here.post(f"{PAGE}log-ins/{number}/end/").status_code == 404, number
    assert is_in(theirs)
    assert not Event.objects.filter(kind=EventKind.LOG_IN_ENDED).exists()
    with pytest.raises(actions.NotAllowed):
        actions.end_staff_log_ins(actor=Actor.agent(dana), user=row_of(theirs).user)
    assert is_in(theirs)


def test_an_ended_session_is_over_also_where_its_copy_came_back_into_the_cache(dana: User) -> None:
    """A page that was being read in that moment puts it back there for some minutes."""
    phone = browser(dana, PHONE)
    assert is_in(phone)
    key = phone.session.cache_key  # type: ignore[attr-defined]
    copy = cache.get(key)
    assert copy
    browser(dana).post(f"{PAGE}log-ins/{row_of(phone).pk}/end/")
    cache.set(key, copy)
    assert phone.session.get("_auth_user_id") == str(dana.pk), "the copy is there"
    assert not is_in(phone)


def test_an_admin_ends_a_log_in_of_anybody_on_their_page(dana: User) -> None:
    theirs, second = browser(dana, PHONE), browser(dana)
    StaffLogIn.objects.filter(pk=row_of(theirs).pk).update(device=PHONE)
    admin = browser(make_admin("Odhran"))
    page = f"/admin/tickets/user/{dana.pk}/change/"
    assert "Safari on iPhone" in admin.get(page).content.decode()
    end = f"/admin/tickets/user/{dana.pk}/log-ins/{row_of(theirs).pk}/end/"
    assert admin.get(end).status_code == 405
    assert admin.post(end).status_code == 302
    assert (is_in(theirs), is_in(second)) == (False, True)
    assert admin.post(end).status_code == 404  # somebody was faster
    of_another = f"/admin/tickets/user/{make_agent().pk}/log-ins/{row_of(second).pk}/end/"
    assert admin.post(of_another).status_code == 404
    assert browser(make_agent()).post(end).status_code == 404


def test_an_admin_who_is_no_superuser_ends_none_of_a_superuser(dana: User) -> None:
    root = browser(make_admin("Root"))
    user = row_of(root).user
    admin = browser(make_admin("Odhran", is_superuser=False))
    assert (
        "Log out there" not in admin.get(f"/admin/tickets/user/{user.pk}/change/").content.decode()
    )
    end = f"/admin/tickets/user/{user.pk}/log-ins/{row_of(root).pk}/end/"
    assert admin.post(end).status_code == 403
    assert is_in(root)


def test_what_is_over_by_another_way_is_not_listed(dana: User) -> None:
    """After a log-out, after a new password, and when its time is up."""
    here, gone, old = browser(dana), browser(dana, PHONE), browser(dana)
    assert len(sessions.described(dana)) == 3
    gone.post("/account/logout/")
    assert len(sessions.described(dana)) == 2
    expired = old.session
    expired.set_expiry(-5)
    expired.save()
    assert [one.pk for one in sessions.described(dana)] == [row_of(here).pk]
    assert StaffLogIn.objects.forget_ended() == 2
    dana.set_password("another walk over the fell")
    dana.save()
    assert sessions.described(dana) == []


def test_a_new_password_leaves_the_session_that_chose_it_in_the_list(dana: User) -> None:
    dana.set_password(PASSWORD)
    dana.save()
    here, other = browser(dana), browser(dana)
    before = row_of(here)
    key = here.session.session_key
    new = "another walk over the fell"
    here.post("/account/reauthenticate/", {"password": PASSWORD})
    here.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    dana.refresh_from_db()
    assert dana.check_password(new)
    if here.session.get("_auth_user_id"):  # it may ask to log in again
        assert here.session.session_key != key
        assert [one.pk for one in sessions.described(dana)] == [before.pk]
    else:
        assert sessions.described(dana) == []
    assert not is_in(other)


def test_a_page_writes_nothing_and_after_some_minutes_once(dana: User) -> None:
    here = browser(dana)
    here.get(PAGE)

    def written() -> int:
        with CaptureQueriesContext(connection) as asked:
            here.get("/workspace/counts/")
        return sum(query["sql"].startswith('UPDATE "tickets_staff') for query in asked)

    assert written() == 0
    session = here.session
    session["staff_log_in"] = {**session["staff_log_in"], "at": time.time() - 301}
    session.save()
    StaffLogIn.objects.update(
        seen_at=timezone.now() - timedelta(hours=1), began_at=timezone.now() - timedelta(hours=2)
    )
    assert [written() for _ in range(3)] == [1, 0, 0]
    row = row_of(here)
    assert timezone.now() - row.seen_at < timedelta(minutes=1)
    assert row.network_address == "192.0.2.7"


def test_a_session_from_before_such_were_noted_is_noted_when_it_is_used(dana: User) -> None:
    here = browser(dana)
    session = here.session
    del session["staff_log_in"]
    session.save()
    StaffLogIn.objects.all().delete()
    here.get(PAGE)
    assert row_of(here).device == DESK
    assert row_of(here).good_for == hashed(here.session[HASH_SESSION_KEY])


def test_an_admin_who_looks_as_somebody_is_logged_in_as_themselves(dana: User) -> None:
    admin = browser(make_admin())
    admin.post(f"/admin/tickets/user/{dana.pk}/do/see-as/")
    session = admin.session
    session["staff_log_in"] = {**session["staff_log_in"], "at": 0}
    session.save()
    admin.get("/workspace/")
    assert row_of(admin).user.role == "admin"
    assert not dana.staff_log_ins.exists()


def test_whoever_logs_in_after_somebody_else_in_one_browser_has_a_row_of_their_own(
    dana: User,
) -> None:
    here = browser(dana)
    before = row_of(here)
    robin = make_agent("Robin Vale")
    here.force_login(robin, backend=configured.AUTHENTICATION_BACKENDS[0])
    assert (row_of(here).user, row_of(here).pk != before.pk) == (robin, True)
    assert is_in(here)
    assert sessions.described(dana) == []
    assert [one.here for one in sessions.described(robin, here.session.session_key)] == [True]


def test_customers_have_no_such_rows_and_no_such_page(dana: User) -> None:
    customer = make_customer(login=True)
    assert customer.user is not None
    client = browser(customer.user)
    client.get("/requests/")
    assert not StaffLogIn.objects.exists()
    assert client.get(PAGE).status_code == 404
    theirs = browser(dana)
    assert client.post(f"{PAGE}log-ins/{row_of(theirs).pk}/end/").status_code == 404
    assert client.post(f"{PAGE}log-ins/end/").status_code == 404
    assert is_in(theirs)


def test_a_thousand_log_ins_are_one_statement_and_a_bounded_list(dana: User) -> None:
    here = browser(dana)
    few = statements(here)
    for _ in range(60):
        browser(dana)
    assert statements(here) == few
    assert len(sessions.described(dana)) == sessions.SHOWN


def statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
    return len(asked)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (DESK, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.9", "curl/8.9"),
        ("", "A device that does not say what it is"),
        ("x" * 9000, "x" * 40),
    ],
)
def test_a_device_is_said_in_words(said: str, words: str) -> None:
    assert devices.in_words(said) == words


@real_transactions
async def test_an_ended_log_in_is_out_within_five_seconds_and_its_sockets_close() -> None:
    ticket = await do(make_ticket)
    dana = await do(lambda: make_agent("Dana Osei", teams=[ticket.team]))
    phone, here = await do(browser, dana, PHONE), await do(browser, dana)
    name = configured.SESSION_COOKIE_NAME
    cookies = [f"{name}={client.cookies[name].value}" for client in (phone, here)]
    row = await do(row_of, phone)
    async with (
        open_socket("/ws/workspace/", cookies[0]) as inbox,
        open_socket(staff_path(ticket), cookies[0]) as ended,
        open_socket(staff_path(ticket), cookies[1]) as goes_on,
    ):
        began = time.monotonic()
        await do(lambda: here.post(f"{PAGE}log-ins/{row.pk}/end/"))
        assert await ended.close_code() == UNAUTHENTICATED
        assert await inbox.close_code() == UNAUTHENTICATED
        assert time.monotonic() - began < 5
        assert not await do(is_in, phone)
        assert not [one for one in await goes_on.frames() if one["type"] == "closed"]
        assert await do(is_in, here)
