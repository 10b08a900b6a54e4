"""Panels of a sewing pattern as flat grids whose sewn edges have equal counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.panels import EDGES, Panel, Panels
from pipeline.masks.library import DesignError
from pipeline.masks.pattern.coons import at_fractions, coons, length, smooth_curve
from pipeline.masks.pattern.pleated import wire_band
from pipeline.records import Float

STEP = 0.0046  # m between the lines of a grid,
MOST_POINTS = 1000  # unless the half of the mask would have more than these
OPPOSITE = {"top": "bottom", "bottom": "top", "inner": "outer", "outer": "inner"}
NEIGHBOURS = {"top": ("inner", "outer"), "bottom": ("inner", "outer"),
              "inner": ("top", "bottom"), "outer": ("top", "bottom")}  # fmt: skip
"""The edges at the first and at the last point of each edge."""


@dataclass(frozen=True)
class FlatPanel:
    """Row 0 is the top edge, column 0 the inner one."""

    grid: Float  # (R, C, 2) m, as drawn: to the wearer's left and up
    bands: Mapping[str, int]  # grid steps that the hem or seam band along each edge takes; 0: none
    wire: tuple[int, int] | None  # grid rows between which the wire lies


def cut_panels(design: Design, size: str) -> dict[str, FlatPanel]:
    """The panels of one size, each the half on the wearer's left.

    Raises DesignError, naming the edges, where sewn edges differ in length by more than the easing, and
    naming the panel where a grid overlaps itself.
    """
    cut = design.construction
    assert isinstance(cut, Panels)
    box, drawn = design.sizes[size], design.sizes[cut.drawn_for]
    scale = np.array([box.width_mm / drawn.width_mm, box.height_mm / drawn.height_mm]) / 1000
    curves = {
        f"{name}.{edge}": _edge(panel, edge) * scale for name, panel in cut.panels.items() for edge in EDGES
    }
    _fits(design.name, cut, curves)
    stops = _stops(design, cut)
    lines = _shared_lines(cut, curves, stops, STEP)
    points = sum(lines[f"{name}.top"].size * lines[f"{name}.inner"].size for name in cut.panels)
    if points > MOST_POINTS:
        lines = _shared_lines(cut, curves, stops, STEP * np.sqrt(points / MOST_POINTS))
    flat = {}
    for name in cut.panels:
        edges = {edge: at_fractions(curves[f"{name}.{edge}"], lines[f"{name}.{edge}"]) for edge in EDGES}
        grid = coons(*(edges[edge] for edge in EDGES))
        a, b, d = grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:]
        if (np.cross(b - a, d - a) <= 0).any():
            raise DesignError(
                f"{design.name}.yaml: panel {name} overlaps itself; its edges curve too sharply"
            )
        top = stops[f"{name}.top"]
        flat[name] = FlatPanel(
            grid=grid,
            bands={edge: len(stops[f"{name}.{edge}"]) for edge in EDGES},
            wire=(1, 2) if len(top) == 3 else None,
        )
    return flat


def _edge(panel: Panel, edge: str) -> Float:
    """Polyline of an edge, mm: from the inner end to the outer, or from the top down."""
    corners = panel.corners
    first, last = {
        "top": (corners.top_inner, corners.top_outer),
        "bottom": (corners.bottom_inner, corners.bottom_outer),
        "inner": (corners.top_inner, corners.bottom_inner),
        "outer": (corners.top_outer, corners.bottom_outer),
    }[edge]
    return smooth_curve(np.array([first, *getattr(panel, edge), last], float))


def _fits(name: str, cut: Panels, curves: Mapping[str, Float]) -> None:
    for seam in cut.seams:
        one, two = (1000 * length(curves[edge]) for edge in seam.sews)
        if abs(one - two) > cut.easing * max(one, two):
            raise DesignError(
                f"{name}.yaml: {seam.sews[0]} ({one:.1f} mm) cannot be sewn to {seam.sews[1]} "
                f"({two:.1f} mm): they differ by more than the easing of {100 * cut.easing:.0f} percent"
            )


def free_edges(cut: Panels) -> set[str]:
    """Edges, as "panel.edge", that are neither sewn nor a fold."""
    sewn = {edge for seam in cut.seams for edge in seam.sews}
    folds = {f"{name}.inner" for name, panel in cut.panels.items() if panel.cut == "on the fold"}
    return {f"{name}.{edge}" for name in cut.panels for edge in EDGES} - sewn - folds


def _stops(design: Design, cut: Panels) -> dict[str, list[float]]:
    """Distances from each edge, m, at which a grid line runs along it."""
    free, hem = free_edges(cut), cut.hem_mm / 1000
    wire = wire_band(design)
    stops: dict[str, list[float]] = {f"{name}.{edge}": [] for name in cut.panels for edge in EDGES}
    for seam in cut.seams:
        if not seam.smooth and cut.seam_mm:
            for edge in seam.sews:
                stops[edge] = [cut.seam_mm / 1000]
    for edge in free:
        stops[edge] = [hem]
        if edge.endswith(".top") and wire is not None:
            stops[edge] = [wire[0], wire[1], max(hem, wire[1] + 0.002)]
    return stops


def _shared_lines(
    cut: Panels, curves: Mapping[str, Float], stops: Mapping[str, list[float]], step: float
) -> dict[str, Float]:
    """Fractions of every edge's length at which grid lines, about ``step`` m apart, end; opposite and sewn
    edges have equally many."""
    links: dict[str, list[tuple[str, bool]]] = {edge: [] for edge in curves}
    for edge in curves:
        panel, side = edge.split(".")
        links[edge].append((f"{panel}.{OPPOSITE[side]}", False))
    for seam in cut.seams:
        one, two = seam.sews
        if one != two:
            links[one].append((two, seam.turned))
            links[two].append((one, seam.turned))
    lines: dict[str, Float] = {}
    for seed in curves:
        if seed in lines:
            continue
        turned = {seed: False}
        queue = [seed]
        for edge in queue:
            for other, turns in links[edge]:
                if other not in turned:
                    turned[other] = turned[edge] ^ turns
                    queue.append(other)
        first: list[float] = []
        last: list[float] = []
        for edge, turn in turned.items():
            panel, side = edge.split(".")
            ends = [stops[f"{panel}.{near}"] for near in NEIGHBOURS[side]]
            if turn:
                ends.reverse()
            first, last = max(first, ends[0], key=len), max(last, ends[1], key=len)
        longest = max(length(curves[edge]) for edge in turned)
        bands = (first[-1] if first else 0.0) + (last[-1] if last else 0.0)
        count = max(2, round((longest - bands) / step))
        for edge, turn in turned.items():
            fraction = _spread(length(curves[edge]), first, last, count)
            lines[edge] = 1 - fraction[::-1] if turn else fraction
    return lines


def _spread(total: float, first: list[float], last: list[float], count: int) -> Float:
    """Fractions with the bands' stops at both ends and ``count`` even steps between."""
    bands = (first[-1] if first else 0.0) + (last[-1] if last else 0.0)
    shrink = min(1.0, 0.5 * total / bands) if bands else 1.0
    head = shrink * np.array([0.0, *first])
    tail = total - shrink * np.array([0.0, *last])[::-1]
    even = np.linspace(head[-1], tail[0], count + 1)
    return np.asarray(np.concatenate([head[:-1], even, tail[1:]]) / total)
