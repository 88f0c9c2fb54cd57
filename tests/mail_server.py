"""A real mail server for the tests: Dovecot on the loopback, with a configuration of its own.

It runs as whoever runs the tests. Where it is not installed the tests are skipped with the reason,
unless HELPDESK_REQUIRE_MAIL or HELPDESK_REQUIRE_BROWSER demands it.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import certificates

PROGRAM = Path("/usr/sbin/dovecot")
PASSWORD = "a lantern in the fog"
CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
default_login_user = {owner}
default_internal_user = {owner}
default_internal_group = {group}
mail_uid = {mail_owner}
mail_gid = {mail_group}
first_valid_uid = 0
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_fsync = never
maildir_very_dirty_syncs = yes
imap_capability = {capability}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = {folder}/users/%u
}}
local 127.0.0.2 {{
  ssl_cert = <{folder}/expired.pem
  ssl_key = <{folder}/expired-key.pem
}}
local 127.0.0.3 {{
  ssl_cert = <{folder}/another.pem
  ssl_key = <{folder}/another-key.pem
}}
local 127.0.0.4 {{
  ssl_cert = <{folder}/unknown.pem
  ssl_key = <{folder}/unknown-key.pem
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


# Whom Dovecot asks whether an access token is good: tests.token_server.
OAUTH = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/introspect?token=
username_attribute = user
active_attribute = active
active_value = true
"""
# Where its certificate is not what it should be.
EXPIRED, ANOTHER, UNKNOWN = "127.0.0.2", "127.0.0.3", "127.0.0.4"


class MailServer:
    """A Dovecot that may be hurt. Every user that is named has a mailbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port, self.token_port = _free_port(), _free_port(), _free_port()
        self.changes = int(time.time())
        self.process: subprocess.Popen[bytes] | None = None
        certificates.make_all(folder)
        (folder / "oauth2.conf").write_text(OAUTH.format(port=self.token_port))

    @property
    def trusted(self) -> Path:
        """The certificates that a machine has to know for those that are right, or wrong in one way."""
        return self.folder / "trusted.pem"

    def start(self, *, capability: str = "") -> None:
        owner = pwd.getpwuid(os.getuid()).pw_name
        internal = "dovecot" if os.getuid() == 0 else owner
        mail = "nobody" if os.getuid() == 0 else owner
        (self.folder / "dovecot.conf").write_text(
            CONFIG.format(
                folder=self.folder,
                owner=internal,
                group=_group_of(internal),
                mail_owner=mail,
                mail_group=_group_of(mail),
                port=self.port,
                tls_port=self.tls_port,
                capability=capability,
            )
        )
        self.process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def stop(self) -> None:
        """At once, with all that it serves."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            self.process = None

    def set_password(self, user: str, password: str = PASSWORD) -> None:
        """A user with this password; one that is new has an empty mailbox."""
        entry = self.folder / "users" / user
        entry.write_text(f"{user}:{{PLAIN}}{password}::::::\n")
        self.changes += 1  # it looks at the file again when its time is another, in seconds
        os.utime(entry, (self.changes, self.changes))

    def put(self, user: str, *mails: bytes, folder: str = "INBOX", arrived: Any = None) -> None:
        """Deliver mails as a server does."""
        with self.looking(user) as server:
            for mail in mails:
                server.append(folder, "", arrived, mail)

    def looking(self, user: str, password: str = PASSWORD) -> imaplib.IMAP4:
        """A connection of the user's own."""
        server = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            server.login(user, password)
        except server.error:
            server.shutdown()
            raise
        return server

    def flags(self, user: str, folder: str = "INBOX") -> list[bool]:
        """Of each mail in a folder whether it was read."""
        with self.looking(user) as server:
            number = int(server.select(folder, readonly=True)[1][0] or 0)
            if not number:
                return []
            answer = server.fetch("1:*", "(FLAGS)")[1]
            return [b"\\Seen" in line for line in answer if isinstance(line, bytes)]

    def renumber(self, user: str) -> None:
        """As after a restored backup: the same mails, under another UIDVALIDITY."""
        place = self.folder / "mail" / user
        for name in place.glob("dovecot*"):
            name.unlink() if name.is_file() else shutil.rmtree(name)
        time.sleep(1.1)  # it takes the second for its number

    def _wait(self) -> None:
        until = time.monotonic() + 10
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    if probe.recv(4) == b"* OK":
                        return
            except OSError:
                if time.monotonic() > until:
                    raise
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[MailServer]:
    """The server, for a whole run of tests."""
    if not PROGRAM.exists():
        reason = "no Dovecot on this machine (Debian: dovecot-imapd)"
        wanted = ("HELPDESK_REQUIRE_MAIL", "HELPDESK_REQUIRE_BROWSER")
        if any(os.environ.get(name) == "1" for name in wanted):
            pytest.fail(f"{reason}, but it is demanded")
        pytest.skip(reason)
    with running() as server:
        yield server


@contextmanager
def running() -> Iterator[MailServer]:
    """A server with a folder of its own, gone when the context ends."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-mail-"))
    folder.chmod(0o755)
    for name in ("run", "state", "mail", "users"):
        (folder / name).mkdir()
    (folder / "mail").chmod(0o777)  # run by root, the mails are another's
    server = MailServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
