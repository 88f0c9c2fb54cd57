"""HTML of a mail made safe to show: nothing runs, nothing is fetched, nothing lies over the page.

It is written anew from the tags and attributes that are known, and cleaned once more by nh3, which
parses as a browser does and has the last word. Remote images keep their address in `data-src`,
those that came along are named in `data-cid`; images that only report that a mail was opened are
left out.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import nh3

from tickets.email.reading import words
from tickets.email.reading.mail import File
from tickets.email.reading.markup import KEPT, End, Piece, Tag

_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "width", "height", "data-src", "data-cid"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start", "type"},
    "font": {"color"},
    "table": {"border"},
    "bdo": {"dir"},
    "*": {"dir", "lang"},
}
_ANYWHERE = _ATTRIBUTES["*"]
_SCHEMES = {"http", "https", "mailto", "tel"}
_REL = "noopener noreferrer nofollow ugc"
_PIXEL = re.compile(r"(?<![-\w])(?:width|height):[01](?:px|;|$)")
_UNSEEN = ("display:none", "visibility:hidden", "opacity:0;", "mso-hide:all")
_TRACKING = re.compile(
    r"/(?:wf/open|track/open|o/open|e/open|open\.aspx|open\.php|trk|pixel|beacon|imp)\b"
    r"|/(?:open|opened|pixel|track|spacer|blank|1x1)(?:\.gif|\.png)?(?:\?|$)|[?&](?:open_id|trk)=",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:(image/(?:png|gif|jpeg|webp))[^,]{0,60};base64,(.*)", re.DOTALL)
_SEEN: tuple[str, ...] = ("alt", "width", "height")
_LONGEST_TEXT = 4_000  # without a tag: what nh3 takes for one text grows faster than the text
_MOST_TRACKERS = 20
_MOST_IMAGES = 20  # that stand in the HTML itself
_LONGEST_ADDRESS = 2_000
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f]+")


@dataclass(slots=True)
class Safe:
    """Safe HTML, and what was found while it was made."""

    html: str = ""
    remote_images: int = 0
    trackers: dict[str, None] = field(default_factory=dict)
    cids: set[str] = field(default_factory=set)
    files: list[File] = field(default_factory=list)  # images that stood in the HTML itself


def safe(pieces: list[Piece], into: Safe) -> str:
    """Safe HTML of some pieces; what it refers to is added to `into`."""
    written: list[str] = []
    room = _LONGEST_TEXT
    for piece in pieces:
        if isinstance(piece, str):
            for start in range(0, len(piece), _LONGEST_TEXT):
                if room <= 0:
                    written.append("<wbr>")
                    room = _LONGEST_TEXT
                said = piece[start : start + _LONGEST_TEXT]
                room -= len(said)
                written.append(html.escape(said, quote=False))
            continue
        room = _LONGEST_TEXT
        if isinstance(piece, End):
            written.append(f"</{piece.name}>")
        elif piece.name == "img":
            written.append(_image(piece, into))
        else:
            written.append(_tag(piece.name, _plain(piece)))
    return nh3.clean(
        "".join(written),
        tags=set(KEPT),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=_REL,
        url_relative="deny",
        strip_comments=True,
    )


def of_text(text: str) -> str:
    """Plain text as safe HTML."""
    return f"<p>{html.escape(text, quote=False).replace(chr(10), '<br>')}</p>" if text else ""


def _plain(tag: Tag) -> dict[str, str]:
    known = _ATTRIBUTES.get(tag.name, _ANYWHERE) | _ANYWHERE
    kept = {name: value for name, value in tag.attributes.items() if name in known}
    if "href" in kept and not _is_link(kept["href"]):
        del kept["href"]
    return kept


def _is_link(address: str) -> bool:
    scheme, colon, rest = _NOT_IN_ADDRESS.sub("", address).partition(":")
    return bool(colon and rest) and scheme.lower() in _SCHEMES


def _tag(name: str, attributes: dict[str, str]) -> str:
    said = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>"


def _image(tag: Tag, into: Safe) -> str:
    """An image that loads nothing by itself."""
    kept = {key: tag.attributes[key] for key in _SEEN if key in tag.attributes}
    source = tag.attributes.get("src", "").strip()
    scheme = source[:5].lower()
    if scheme.startswith("cid:"):
        kept["data-cid"] = source[4:].strip("<> ")[:250]
        into.cids.add(kept["data-cid"])
    elif scheme == "data:":
        kept["data-cid"] = _own_image(source, into)
    elif source[:2] == "//" or scheme in ("http:", "https"):
        address = f"https:{source}" if source[:2] == "//" else source
        host = _host(address)
        if not host:
            return ""
        if _reports(tag, address):
            if len(into.trackers) < _MOST_TRACKERS:
                into.trackers[host] = None
            return ""
        into.remote_images += 1
        kept["data-src"] = address[:_LONGEST_ADDRESS]
    elif not kept.get("alt"):
        return ""
    return _tag("img", {key: value for key, value in kept.items() if value})


def _own_image(source: str, into: Safe) -> str:
    """An image that stands in the HTML becomes a file; its content id, "" if it is none."""
    match = _DATA.match(source)
    if match is None or len(into.files) >= _MOST_IMAGES:
        return ""
    number = len(into.files) + 1
    name = f"image-{number}.{match[1].partition('/')[2]}"
    content = words.base64(match[2].encode("ascii", "ignore"))
    if not content:
        return ""
    into.files.append(File(name, match[1], content, f"in-html-{number}", is_inline=True))
    return f"in-html-{number}"


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "")[:253]
    except ValueError:
        return ""


def _reports(tag: Tag, address: str) -> bool:
    """Whether an image is there only to tell its sender that the mail was opened."""
    sizes = [
        tag.attributes.get(side, "").strip().removesuffix("px") for side in ("width", "height")
    ]
    if any(size in ("0", "1") for size in sizes) and not any(
        size.isdecimal() and int(size[:6]) > 2 for size in sizes
    ):
        return True
    style = f"{tag.style};"
    if any(sign in style for sign in _UNSEEN) or len(_PIXEL.findall(style)) > 1:
        return True
    return _TRACKING.search(address[:_LONGEST_ADDRESS]) is not None
