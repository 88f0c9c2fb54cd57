"""Invented mails as bytes."""

from __future__ import annotations

from tickets.email.reading import Incoming, read

HEAD = "From: Ada Lin <ada@shop.example>\r\nTo: help@desk.example\r\nSubject: My order\r\n"


def mail(body: str = "Hello", *, head: str = "", kind: str = "text/plain; charset=utf-8") -> bytes:
    """A mail of one part."""
    return f"{HEAD}{head}Content-Type: {kind}\r\n\r\n{body}".encode()


def of_parts(*parts: str | bytes, kind: str = "mixed", head: str = "") -> bytes:
    """A mail of several parts; each is its headers, a blank line, its body."""
    joined = b"".join(
        b"--edge\r\n" + (part.encode() if isinstance(part, str) else part) + b"\r\n"
        for part in parts
    )
    top = f"{HEAD}{head}Content-Type: multipart/{kind}; boundary=edge\r\n\r\n"
    return top.encode() + joined + b"--edge--\r\n"


def part(kind: str, body: str, head: str = "") -> str:
    """One part."""
    return f"Content-Type: {kind}\r\n{head}\r\n{body}"


def said(body: str) -> str:
    """What is taken for the person's own words in a plain mail."""
    return read(mail(body)).said


def html(body: str) -> Incoming:
    """A mail of HTML alone, read."""
    return read(mail(body, kind="text/html; charset=utf-8"))
