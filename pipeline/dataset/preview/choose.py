"""Which samples a page shows, of however many there are."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")


def evenly(items: Iterable[Item], count: int, most: int) -> Iterator[Item]:
    """At most ``most`` of the ``count`` items: one from each of so many stretches of equal length.

    Where in its stretch is drawn, the same every time: with equal steps a manifest of eight variants a photo
    might show the first ones only. ``items`` are read once, in order.
    """
    draw = random.Random(0)
    shown = min(count, most)
    borders = [index * count // shown for index in range(shown + 1)] if shown else []
    wanted = (draw.randrange(low, high) for low, high in pairwise(borders))
    following = next(wanted, None)
    for number, item in enumerate(items):
        if number == following:
            yield item
            following = next(wanted, None)
            if following is None:
                return
