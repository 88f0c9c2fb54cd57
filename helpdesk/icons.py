"""The `lucide` template tag, each icon drawn once: a page shows the same few dozens of times."""

from __future__ import annotations

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)  # each icon in each size and with each label
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """An icon as SVG; the attributes are its own, with `_` for `-`."""
    return draw(name, size=size, **attributes)
