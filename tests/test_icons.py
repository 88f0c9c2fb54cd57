"""The icons of the templates are those of the library, drawn once."""

from django.template import Context, Template
from lucide.templatetags import lucide as library

from helpdesk import icons

DRAWN = '{% load lucide %}{% lucide "bot" size=18 aria_hidden="true" %}'


def test_an_icon_is_the_librarys_and_drawn_once() -> None:
    icons.lucide.cache_clear()
    first = Template(DRAWN).render(Context())
    assert first == library.lucide("bot", size=18, aria_hidden="true")
    assert Template(DRAWN).render(Context()) == first
    kept = icons.lucide.cache_info()
    assert (kept.misses, kept.hits) == (1, 1)
