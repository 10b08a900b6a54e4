"""Which samples a page shows, of however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def evenly(items: Iterable[Item], count: int, most: int) -> Iterator[Item]:
    """At most ``most`` of the ``count`` items, as evenly spaced as whole numbers allow, the first among them.

    ``items`` are read once, in order.
    """
    shown = min(count, most)
    wanted = (index * count // shown for index in range(shown))
    following = next(wanted, None)
    for number, item in enumerate(items):
        if number == following:
            yield item
            following = next(wanted, None)
            if following is None:
                return
