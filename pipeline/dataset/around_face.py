"""Where to cut a photo so that one face fills the cutting."""

from __future__ import annotations

from collections.abc import Sequence

Frame = tuple[int, int, int, int]


def around_face(box: Sequence[float], width: int, height: int) -> Frame:
    """A square x0 y0 x1 y1 px around a face's box with room for ears and chin, inside the photo as far as it
    fits."""
    x0, y0, x1, y1 = box
    face = max(x1 - x0, y1 - y0)
    side = min(2.1 * face, max(1.2 * face, min(width, height)))

    def place(middle: float, length: int) -> float:
        if side >= length:
            return (length - side) / 2
        return min(max(middle - side / 2, 0.0), length - side)

    left, top = place((x0 + x1) / 2, width), place((y0 + y1) / 2, height)
    return round(left), round(top), round(left + side), round(top + side)
