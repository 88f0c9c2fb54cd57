"""Doing the same at once: real transactions in real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection

T = TypeVar("T")

# The rows that migrations made come back before each test: the one before has emptied the tables.
real_transactions = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def together(number: int, work: Callable[[int], T]) -> list[T | Exception]:
    """What `work(0)` ... `work(number - 1)` return or raise, all begun at the same moment."""
    start = threading.Barrier(number)

    def run(index: int) -> T | Exception:
        try:
            start.wait(timeout=10)
            return work(index)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))
