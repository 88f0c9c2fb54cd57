"""A mail as it came, for agents to look at: a document of its own in which nothing runs.

It is served with a policy that allows no script, no form and nothing from elsewhere, in a frame
that is nobody's. Pictures from elsewhere tell their sender who looked and when, so they are loaded
only when an agent asks for them.
"""

from __future__ import annotations

import base64
import re

from django.utils.html import escape

from tickets.email.reading import Incoming

POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
WITH_PICTURES = f"{POLICY} https: http:"
INLINE_BYTES = 5 * 1024 * 1024  # of pictures within the text that are shown
_CID = re.compile(r'data-cid="([^"]*)"')
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:16px;overflow-wrap:anywhere;color:#1c2024;"
    "background:#fff}img{max-width:100%;height:auto}pre{white-space:pre-wrap;font:inherit}"
)


def document(mail: Incoming, *, pictures: bool = False) -> str:
    """The page of a mail: its HTML, else its words."""
    body = mail.html or f"<pre>{escape(mail.said)}\n\n{escape(mail.folded)}</pre>"
    body = _with_inline(body, mail)
    return _page(body.replace(" data-src=", " src=") if pictures else body)


def sentence(words: str) -> str:
    """The page where there is nothing to show: why."""
    return _page(f"<p>{escape(words)}</p>")


def _page(body: str) -> str:
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<base target="_blank"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )


def _with_inline(html: str, mail: Incoming) -> str:
    """Pictures that came along, in their places; one of another mail is none."""
    known: dict[str, str] = {}
    left = INLINE_BYTES
    for file in mail.files:
        if file.content_id and file.content_type in _PICTURES and len(file.content) <= left:
            left -= len(file.content)
            encoded = base64.b64encode(file.content).decode()
            known[file.content_id.strip("<>")] = f"data:{file.content_type};base64,{encoded}"

    def place(match: re.Match[str]) -> str:
        found = known.get(match[1].strip("<>"))
        return f'src="{found}"' if found else match[0]

    return _CID.sub(place, html)
