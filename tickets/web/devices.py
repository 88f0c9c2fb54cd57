"""A browser in the words of whoever sits at it: "Firefox on Windows", from what it says of itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

# Each names those before it, too, so the first that is found counts.
_BROWSERS = (
    (("Edg/", "EdgA/", "EdgiOS/"), "Edge"),
    (("OPR/", "Opera"), "Opera"),
    (("SamsungBrowser/",), "Samsung Internet"),
    (("Vivaldi/",), "Vivaldi"),
    (("Firefox/", "FxiOS/"), "Firefox"),
    (("HeadlessChrome/", "Chrome/", "CriOS/"), "Chrome"),
    (("Safari/",), "Safari"),
)
_SYSTEMS = (
    (("iPhone",), "iPhone"),
    (("iPad",), "iPad"),
    (("Android",), "Android"),
    (("CrOS",), "ChromeOS"),
    (("Windows",), "Windows"),
    (("Macintosh", "Mac OS X"), "Mac"),
    (("Linux", "X11"), "Linux"),
)
_NO_BROWSER = 40  # characters of a program's name that are shown


def in_words(agent: str) -> str:
    """What stands in a `User-Agent`, as far as it says something to people."""
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    if browser or system:
        return browser or system
    return agent.strip()[:_NO_BROWSER] or _("A device that does not say what it is")


def _first(known: tuple[tuple[tuple[str, ...], str], ...], agent: str) -> str:
    return next((name for signs, name in known if any(sign in agent for sign in signs)), "")
