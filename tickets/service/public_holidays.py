"""The public holidays of a country or a part of it, which the package `holidays` knows."""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

import holidays
from holidays.registry import COUNTRIES


@lru_cache(maxsize=1000)
def of_year(country: str, region: str, year: int) -> frozenset[date]:
    """The days of a year on which a country is closed. None where it or its part is not known (any more)."""
    if country not in regions():
        return frozenset()
    part = region if region in regions()[country] else None
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))


@cache
def regions() -> dict[str, list[str]]:
    """Every country that is known, by its two letters, with the codes of its parts."""
    return holidays.list_supported_countries(include_aliases=False)


@cache
def countries() -> list[tuple[str, str]]:
    """The two letters of each country and its name in English, by name."""
    names = {entry[1]: _spaced(entry[0]) for entry in COUNTRIES.values()}
    return sorted(((key, names[key]) for key in regions() if key in names), key=lambda one: one[1])


def _spaced(name: str) -> str:
    """`UnitedKingdom` as people write it."""
    return "".join(f" {sign}" if sign.isupper() else sign for sign in name).strip()
