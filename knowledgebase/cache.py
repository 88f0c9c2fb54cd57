"""What may be forgotten at any time: Django's cache, of which a failure is only a slower answer."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache

logger = logging.getLogger(__name__)


def get_many(keys: Iterable[str]) -> dict[str, Any]:
    """What the cache still has of `keys`; nothing when it cannot be reached."""
    try:
        return dict(cache.get_many(list(keys)))
    except Exception:
        logger.warning("the cache cannot be read", exc_info=True)
        return {}


def set_many(values: Mapping[str, Any], *, seconds: int) -> None:
    """Keep `values` for `seconds`, or not when the cache cannot be reached."""
    try:
        cache.set_many(dict(values), timeout=seconds)
    except Exception:
        logger.warning("the cache cannot be written", exc_info=True)
