"""Why a conversation went where it went, in words for agents and leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from tickets.models import Method


def why(data: Mapping[str, Any]) -> str:
    """A choice as an event keeps it, as "least busy of three who speak German"."""
    if "gone" in data:
        return _("whoever had it is gone since %(minutes)d minutes") % {"minutes": data["gone"]}
    if "left" in data:
        return _("whoever had it does not answer customers any more")
    if "waited" in data:
        return _("nobody took it within %(minutes)d minutes") % {"minutes": data["waited"]}
    of = int(data.get("of", 1))
    who = _who(data, of)
    if data.get("same"):
        return _("had this customer before")
    if of == 1:
        return _("the only one here with room%(who)s") % {"who": who}
    by = {
        Method.ROUND_ROBIN: _("next of %(of)d"),
        Method.LEAST_BUSY: _("least busy of %(of)d"),
        Method.LONGEST_IDLE: _("longest idle of %(of)d"),
    }.get(Method(data["method"]), _("one of %(of)d"))
    return f"{by % {'of': of}}{who}"


def _who(data: Mapping[str, Any], of: int) -> str:
    parts = []
    if language := data.get("language"):
        speak = ngettext(" who speaks %(language)s", " who speak %(language)s", of)
        parts.append(speak % {"language": _language(language)})
    if skill := data.get("skill"):
        know = ngettext(" who knows %(skill)s", " who know %(skill)s", of)
        parts.append(know % {"skill": skill})
    return _(" and").join(parts)


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
