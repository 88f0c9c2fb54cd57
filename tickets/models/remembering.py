"""What a ticket was when it was loaded, so that whoever saves it knows what changed."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models


class Remembering(models.Model):
    """A row that remembers the columns that are `watched`, as they were loaded or saved last."""

    watched: ClassVar[tuple[str, ...]] = ()
    loaded: dict[str, Any]

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row.remember()
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.remember()

    def remember(self) -> None:
        """From now on it is this from which it changes. What was not loaded counts as None."""
        self.loaded = {name: _apart(self.__dict__.get(name)) for name in self.watched}

    @property
    def changed(self) -> set[str]:
        """The watched columns that are not as they were loaded; all of a row that is new."""
        before = getattr(self, "loaded", None)
        if before is None:
            return set(self.watched)
        return {name for name in self.watched if self.__dict__.get(name) != before[name]}


def _apart(value: Any) -> Any:
    """A value that does not change with the row's own."""
    return value.copy() if isinstance(value, list | dict) else value
