"""The flat sheet: a grid of rows and columns, its knife pleats, its bands, its wire and its window.

A row is a horizontal line across the mask, a column runs from the upper to the lower edge. Pleated
vertically the sheet is a chain of straight segments: visible panels run down, the hidden segments
between them run back up behind the panel above, so that the folds face down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.pleated import Pleated
from pipeline.records import PARTS, Float, Int

COLUMNS = 37
ROW_STEP = 0.0048  # m, at the height of size L
LAYER_GAP = 0.0012  # m between the layers of a closed pleat at its open end


@dataclass(frozen=True)
class Sheet:
    """One size of a design as a grid; vertex (row, column) has the index ``row * columns.size + column``."""

    columns: Float  # (C,) m, across; 0 in the middle, positive to the wearer's left
    rows: Float  # (R,) m, down the unfolded sheet; 0 at the upper edge
    segment: Int  # (R - 1,) which segment of the chain lies below each row: even ones visible, odd hidden
    lengths: Float  # (2 * pleats + 1,) m, of the segments
    height: float  # m, with the pleats closed
    parts: NDArrayU8  # (2 * quads,) part id of each triangle


NDArrayU8 = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def cut_sheet(design: Design, size: str) -> Sheet:
    """Lays out the grid of one size so that every fold, band and wire edge falls on a grid line."""
    box, cut = design.sizes[size], design.construction
    assert isinstance(cut, Pleated)
    depth = cut.pleats.depth_mm / 1000 * box.height_mm / 95
    height, width = box.height_mm / 1000, box.width_mm / 1000
    folds = np.array([*cut.pleats.at_height, 1.0]) * height
    visible = np.diff(folds, prepend=0.0)
    visible[1:] += depth
    lengths = np.empty(2 * visible.size - 1)
    lengths[0::2], lengths[1::2] = visible, depth

    scale = height / 0.095
    top, bottom = cut.edges.top_mm / 1000, cut.edges.bottom_mm / 1000
    wire_top, wire_bottom = wire_band(design) or (top / 3, 2 * top / 3)
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    film = _window_rows(cut, starts)
    stops = sorted({wire_top, wire_bottom, top, *starts[1:].tolist(), starts[-1] - bottom, *film})
    rows = [0.0]
    for stop in stops:
        steps = max(1, round((stop - rows[-1]) / (ROW_STEP * scale)))
        rows.extend(np.linspace(rows[-1], stop, steps + 1)[1:].tolist())
    row = np.array(rows)
    middle = (row[1:] + row[:-1]) / 2
    segment = (np.searchsorted(starts, middle) - 1).astype(np.int32)

    side = cut.edges.side_mm / 1000
    inner = np.linspace(-width / 2 + side, width / 2 - side, COLUMNS - 4)
    columns = np.concatenate([[-width / 2, -width / 2 + side / 2], inner, [width / 2 - side / 2, width / 2]])
    across = (columns[1:] + columns[:-1]) / 2

    band = (middle < top) | (middle > starts[-1] - bottom)
    part = np.full((middle.size, across.size), PARTS.index("panel"), np.uint8)
    part[band] = PARTS.index("edge")
    part[:, np.abs(across) > width / 2 - side] = PARTS.index("edge")
    if design.wire is not None:
        wire = np.flatnonzero((middle > wire_top) & (middle < wire_bottom))
        half = min(design.wire.length_mm / 2000, width / 2 - 2 * side)
        part[np.ix_(wire, np.flatnonzero(np.abs(across) < half))] = PARTS.index("wire")
    if cut.window is not None:
        within = np.flatnonzero((middle > film[0]) & (middle < film[1]))
        part[np.ix_(within, np.flatnonzero(np.abs(across) < cut.window.width_mm / 2000))] = PARTS.index(
            "window"
        )
    return Sheet(columns, row, segment, lengths, height, np.repeat(part.ravel(), 2))


def _window_rows(cut: Pleated, starts: Float) -> tuple[float, ...]:
    """How far down the unfolded sheet the film begins and ends, m; empty where there is none."""
    if cut.window is None:
        return ()
    fold, margin = 2 * cut.window.below_pleat, cut.window.margin_mm / 1000
    hidden = starts[fold] - starts[fold - 1]  # so much of the panel lies behind the one above
    return float(starts[fold] + hidden + margin), float(starts[fold + 1] - margin)


def wire_band(design: Design) -> tuple[float, float] | None:
    """How far below the upper edge the nose wire begins and ends, m."""
    if design.wire is None:
        return None
    middle, half = design.wire.from_top_mm, design.wire.width_mm / 2
    return (middle - half) / 1000, (middle + half) / 1000


def fold(sheet: Sheet, opening: Float) -> tuple[Float, Float]:
    """The chain of every column when its pleats are opened by a fraction.

    ``opening`` (C,): 0 shut, 1 stretched flat. Returns how far down and how far out of the sheet's
    plane every vertex lies, (R, C) each, in m. Lengths along the columns are kept exactly.
    """
    depth = sheet.lengths[1]
    shut = np.pi - np.arcsin(min(1.0, LAYER_GAP / depth))
    turn = np.minimum(np.arccos(np.clip(2 * opening - 1, -1, 1)), shut)
    down_hidden, out_hidden = np.cos(turn), -np.sin(turn)
    steps = np.diff(sheet.rows)
    down = np.empty((steps.size, opening.size))
    out = np.empty_like(down)
    for number, length in enumerate(sheet.lengths):
        here = sheet.segment == number
        if number % 2:
            slope_down, slope_out = down_hidden, out_hidden
        elif number < sheet.lengths.size - 1:  # a panel leans out just as far as the fold below it steps in
            slope_out = -out_hidden * depth / length
            slope_down = np.sqrt(1 - slope_out**2)
        else:
            slope_down, slope_out = np.ones(opening.size), np.zeros(opening.size)
        down[here] = steps[here, None] * slope_down
        out[here] = steps[here, None] * slope_out
    zero = np.zeros((1, opening.size))
    return np.concatenate([zero, np.cumsum(down, 0)]), np.concatenate([zero, np.cumsum(out, 0)])
