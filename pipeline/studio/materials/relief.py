"""What stands out from a cloth's surface or lies in it along lines: hems, seams, the nose wire, folds.

Each adds to a `Relief`; all lines are measured in metres on the flat pattern (`pipeline.studio.borders`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.ramp import ramp
from pipeline.studio.materials.graph import Graph

WIRE_RIDGE = 5e-4  # m
SECOND_ROW = 0.0024  # m between two rows of weld points or stitches
WELD = 0.0007  # m, half the width of a weld point
THREAD = 0.00016  # m, half the width of a sewing thread
PUCKER = 0.0062  # m, from one pucker beside a seam to the next ...
PUCKER_HEIGHT = 1.4e-4  # m
PUCKERED = 0.007  # m to either side
MELT = 0.40  # share of light that a weld point does not throw back, as it is clear
_UNEVENLY = (0.0137, 0.0231)  # m, waves in how deep weld points are pressed
_FOLD_REACH = 0.012  # m to either side of a fold in which cloth stays bent


@dataclass(frozen=True)
class Relief:
    """Output sockets or constants."""

    height: Any  # m
    tone: Any  # factor on the albedo
    thread: Any  # 0..1: where a thread or tape hides the cloth
    melted: Any  # 0..1: where fibres are melted to a smooth film


def visible(pitch: float, pixel: float) -> float:
    """How much of a pattern of ``pitch`` metres is resolved: 0 at 2 pixels a period, 1 at 4."""
    return float(ramp(pitch / pixel, 2.0, 4.0))


def relief(graph: Graph, material: Mapping[str, Any], pixel: float, seams: bool) -> Relief:
    """Hems, ``seams`` where there are any, wire and folds of ``material`` (see `pipeline.masks.material`)."""
    found = Relief(0.0, 1.0, 0.0, 0.0)
    hem = material.get("hem", {"kind": "cut", "seams": "plain"})
    gap = hem.get("gap_m", SECOND_ROW)
    distance, along, _ = graph.parts(graph.uv("Hem"))
    ridge, upright, _ = graph.parts(graph.uv("Ridge"))
    if hem["kind"] == "welded":
        strip = hem.get("sides")
        if strip:
            side = graph.ramp(upright, 0.45, 0.55)
            found = _strip(graph, found, distance, side, strip["width_m"], pixel)
            found = _welds(graph, found, distance, along, _rows(graph, hem, strip, side), pixel)
        else:
            found = _welds(graph, found, distance, along, Rows.of(hem), pixel)
    elif hem["kind"] == "stitched":
        found = _turned(graph, found, distance, hem["row_m"] + 0.0015, pixel)
        for row in range(hem["rows"]):
            found = _stitches(graph, found, distance, along, hem["row_m"] - row * gap, hem["stitch_m"], pixel)
    elif hem["kind"] == "bound":
        found = _tape(graph, found, distance, hem["row_m"])
        found = _stitches(graph, found, distance, along, hem["row_m"] - 0.0012, hem["stitch_m"], pixel)
    if seams:
        found = _sewn(graph, found, hem["seams"], hem.get("stitch_m", SECOND_ROW), pixel)
    found = replace(
        found, height=graph.math("MULTIPLY_ADD", graph.ramp(ridge, 0.0, 0.9), WIRE_RIDGE, found.height)
    )
    return _folds(graph, found, material)


@dataclass(frozen=True)
class Rows:
    """Rows of weld points along a border: numbers or sockets."""

    first: Any  # m from the border to the first of them
    gap: Any  # m from one to the next
    last: Any  # number of the last, counted from 0
    pitch: Any  # m from point to point
    finest: float  # m, the least that the pitch is anywhere

    @staticmethod
    def of(hem: Mapping[str, Any]) -> Rows:
        """Those of a hem, or of a strip, in a material."""
        pitch = hem["stitch_m"]
        return Rows(hem["row_m"], hem.get("gap_m", SECOND_ROW), hem["rows"] - 1, pitch, pitch)


def _rows(graph: Graph, hem: Mapping[str, Any], strip: Mapping[str, Any], side: Any) -> Rows:
    """The hem's rows, or the strip's where ``side`` is 1."""
    own, other = Rows.of(hem), Rows.of(strip)

    def either(name: str) -> Any:
        first, second = getattr(own, name), getattr(other, name)
        return graph.math("MULTIPLY_ADD", side, second - first, first) if first != second else first

    return Rows(
        either("first"), either("gap"), either("last"), either("pitch"), min(own.finest, other.finest)
    )


def _strip(graph: Graph, on: Relief, distance: Any, share: Any, width: float, pixel: float) -> Relief:
    """A strip folded about the border and welded on, a step above the sheet, in whose corner it is dark."""
    over = graph.math("MULTIPLY", graph.ramp(distance, width + 0.0005, width - 0.0005), share)
    corner = graph.math("MULTIPLY", _line(graph, distance, width + 0.0004, 0.0004, 0.0003, pixel), share)
    return replace(
        on,
        height=graph.math("MULTIPLY_ADD", over, 2.5e-4, on.height),
        tone=graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", corner, -0.10, 1.0)),
    )


def _sewn(graph: Graph, on: Relief, kind: str, pitch: float, pixel: float) -> Relief:
    across, run, _ = graph.parts(graph.uv("Seam"))
    if kind == "raised":
        return _fin(graph, on, across, pixel)
    on = _groove(graph, on, across, pixel)
    if kind == "topstitched":
        return _stitches(graph, on, across, run, 0.0022, pitch, pixel)
    return (
        _welds(graph, on, across, run, Rows(0.0020, 1.0, 0, pitch, pitch), pixel) if kind == "welded" else on
    )


def _line(graph: Graph, distance: Any, at: float, half: float, soft: float, pixel: float) -> Any:
    """1 within ``half`` m of ``at``; no narrower than a pixel, but as much fainter, as the lens shows it."""
    wide, dull = max(half, 0.5 * pixel), max(soft, 0.25 * pixel)
    line = graph.ramp(graph.off(distance, at), wide + dull, wide - dull)
    return line if wide == half else graph.math("MULTIPLY", line, half / wide)


def _beat(graph: Graph, along: Any, pitch: Any, share: float) -> Any:
    """1 on the first ``share`` of every ``pitch``, smooth at both ends."""
    wave = graph.math("COSINE", graph.math("DIVIDE", graph.math("MULTIPLY", along, 2 * np.pi), pitch))
    edge = float(np.cos(np.pi * share))
    return graph.ramp(wave, edge - 0.25, edge + 0.25)


def _points(graph: Graph, line: Any, along: Any, pitch: Any, share: float, seen: float) -> Any:
    """``share`` of a ``line`` in every ``pitch`` m; all of it, as much fainter, where none is ``seen``."""
    if seen == 0:
        return graph.math("MULTIPLY", line, share)
    beat = graph.math("MULTIPLY_ADD", _beat(graph, along, pitch, share), seen, share * (1 - seen))
    return graph.math("MULTIPLY", line, beat)


def _pressed(graph: Graph, along: Any, number: Any) -> Any:
    """How well row ``number`` is melted along its length, 0.4-1: the horn never presses evenly."""
    waves = [
        graph.math("SINE", graph.math("ADD", graph.math("MULTIPLY", along, 2 * np.pi / length), number))
        for length in _UNEVENLY
    ]
    return graph.math("MULTIPLY_ADD", graph.math("MULTIPLY", *waves), 0.3, 0.7)


def _welds(graph: Graph, on: Relief, distance: Any, along: Any, rows: Rows, pixel: float) -> Relief:
    # of several rows, a place knows the nearest: nodes are what a render's time goes into
    beyond = graph.math("SUBTRACT", distance, rows.first)
    number: Any = 0.0
    if not isinstance(rows.last, int) or rows.last > 0:
        nearest = graph.math("ROUND", graph.math("DIVIDE", beyond, rows.gap))
        number = graph.math("MINIMUM", graph.math("MAXIMUM", nearest, 0.0), rows.last)
        beyond = graph.math("SUBTRACT", beyond, graph.math("MULTIPLY", number, rows.gap))
    line = _line(graph, beyond, 0.0, 0.7 * WELD, 0.3 * WELD, pixel)
    line = graph.math("MULTIPLY", line, _pressed(graph, along, number))
    point = _points(graph, line, along, rows.pitch, 0.55, visible(rows.finest, pixel))
    # between the points the sheets are drawn together as well
    groove = _line(graph, beyond, 0.0, 0.6 * WELD, 1.4 * WELD, pixel)
    height = graph.math("MULTIPLY_ADD", groove, -2.0e-4, on.height)
    deep = visible(4 * WELD, pixel)
    return Relief(
        graph.math("MULTIPLY_ADD", point, -1.5e-4 * deep, height) if deep > 0 else height,
        graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", point, -MELT, 1.0)),
        on.thread,
        graph.math("MAXIMUM", on.melted, point),
    )


def _stitches(
    graph: Graph, on: Relief, distance: Any, along: Any, row: float, pitch: float, pixel: float
) -> Relief:
    """A running seam: the thread shows on two thirds of its length and draws the cloth in all along."""
    groove = _line(graph, distance, row, 0.0004, 0.0006, pixel)
    height = graph.math("MULTIPLY_ADD", groove, -1.6e-4, on.height)
    height = graph.math("ADD", _puckers(graph, distance, along, row), height)
    tone = graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", groove, -0.12, 1.0))
    # seen as a line of paler cloth where single stitches can no longer be told apart
    thread = _points(
        graph, _line(graph, distance, row, THREAD, 0.00008, pixel), along, pitch, 0.68, visible(pitch, pixel)
    )
    return Relief(
        graph.math("MULTIPLY_ADD", thread, 2.2e-4 * visible(pitch, pixel), height),
        tone,
        graph.math("MAXIMUM", on.thread, thread),
        on.melted,
    )


def _puckers(graph: Graph, distance: Any, along: Any, row: float) -> Any:
    """Height, m: the thread is shorter than the cloth, which ripples beside the seam."""
    beside = graph.ramp(graph.off(distance, row), PUCKERED, 0.0)
    phases = [
        graph.math("MULTIPLY_ADD", along, 2 * np.pi / length, 1e3 * row) for length in (PUCKER, *_UNEVENLY)
    ]
    drift = graph.math("ADD", *(graph.math("SINE", phase) for phase in phases[1:]))
    ripple = graph.math("SINE", graph.math("MULTIPLY_ADD", drift, 1.3, phases[0]))
    return graph.math("MULTIPLY", graph.math("MULTIPLY", ripple, beside), PUCKER_HEIGHT)


def _turned(graph: Graph, on: Relief, distance: Any, width: float, pixel: float) -> Relief:
    """Cloth turned over along the border: twice as thick there, with a step where it ends."""
    inside = graph.ramp(distance, width + 0.0005, width - 0.0005)
    roll = graph.ramp(distance, 0.0, 0.0012)
    raised = graph.math("MULTIPLY", inside, roll)
    return replace(on, height=graph.math("MULTIPLY_ADD", raised, 2.5e-4, on.height))


def _tape(graph: Graph, on: Relief, distance: Any, width: float) -> Relief:
    """Binding tape around the border, rounded, of its own colour."""
    tape = graph.ramp(distance, width + 0.0001, width - 0.0001)
    bulge = graph.math(
        "MULTIPLY", graph.ramp(distance, width, 0.7 * width), graph.ramp(distance, 0.0, 0.3 * width)
    )
    return replace(
        on,
        height=graph.math("MULTIPLY_ADD", bulge, 5e-4, on.height),
        thread=graph.math("MAXIMUM", on.thread, tape),
    )


def _groove(graph: Graph, on: Relief, across: Any, pixel: float) -> Relief:
    """Where two pieces meet they turn in."""
    seam = graph.ramp(across, 0.0016, 0.0)
    line = graph.math("MULTIPLY", graph.ramp(across, 0.0006, 0.0), min(1.0, 0.0012 / pixel))
    return replace(
        on,
        height=graph.math("MULTIPLY_ADD", seam, -4e-4, on.height),
        tone=graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", line, -0.25, 1.0)),
    )


def _fin(graph: Graph, on: Relief, across: Any, pixel: float) -> Relief:
    """Two edges sewn face to face stand up between the pieces, dark where their cut faces meet."""
    rise = graph.ramp(across, 0.0018, 0.0002)  # steeper, its flanks would face away from the viewer
    line = graph.math("MULTIPLY", graph.ramp(across, 0.0006, 0.0), min(1.0, 0.0012 / pixel))
    return replace(
        on,
        height=graph.math("MULTIPLY_ADD", rise, 4e-4, on.height),
        tone=graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", line, -0.45, 1.0)),
    )


def _folds(graph: Graph, on: Relief, material: Mapping[str, Any]) -> Relief:
    """Cloth stays a little bent where it lay folded, with a fine line in the bend."""
    strength = float(material.get("creases", 0.0))
    if strength <= 0:
        return on
    u, v, _ = graph.parts(graph.uv())
    for axis, places in ((u, material["folds_u_m"]), (v, material["folds_v_m"])):
        for place in places:
            away = graph.off(axis, float(place))
            near = graph.math("MINIMUM", away, _FOLD_REACH)
            # a parabola from the edge of its reach: the bend is sharp in the fold and dies away
            rest = graph.math("SUBTRACT", _FOLD_REACH, near)
            tent = graph.math("MULTIPLY", rest, rest)
            height = graph.math("MULTIPLY_ADD", tent, 0.15 * strength / (2 * _FOLD_REACH), on.height)
            line = graph.ramp(away, 0.0007, 0.0)
            on = replace(
                on,
                height=height,
                tone=graph.math("MULTIPLY", on.tone, graph.math("MULTIPLY_ADD", line, -0.08 * strength, 1.0)),
            )
    return on
