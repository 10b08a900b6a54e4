"""Trying again what may be refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pipeline.records import Rejected

Result = TypeVar("Result")


def first_accepted(attempts: int, once: Callable[[int], Result]) -> Result:
    """What ``once`` gives for the first of the numbers 0 .. ``attempts`` - 1 for which it does not raise
    Rejected. Raises the last Rejected where it always does."""
    for attempt in range(attempts - 1):
        with suppress(Rejected):
            return once(attempt)
    return once(attempts - 1)
