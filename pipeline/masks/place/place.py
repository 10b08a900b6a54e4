"""Cuts a mask for one head and lays it before the face: the order of the steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.place.ear_loops import slack_length
from pipeline.masks.place.fasten import fasten
from pipeline.masks.place.hanging import hang_on_ear
from pipeline.masks.place.kerchief import lay_kerchief
from pipeline.masks.place.moulded import lay_moulded
from pipeline.masks.place.panels import lay_panels
from pipeline.masks.place.pleated import lay_pleated
from pipeline.masks.place.seat import find_seat
from pipeline.masks.place.tube import lay_tube
from pipeline.records import Float, Hardware, RestMask

LAY = {
    "pleated": lay_pleated,
    "panels": lay_panels,
    "moulded": lay_moulded,
    "tube": lay_tube,
    "kerchief": lay_kerchief,
}
"""How masks of each construction are brought before the face."""


def place_mask(
    design: Design, head_vertices: Float, gravity: Float, wearing: str, rng: np.random.Generator
) -> RestMask:
    """Lays a mask of the design in front of one head.

    ``head_vertices`` (V, 3) m, head frame, order of the head model; ``gravity`` (3,) unit vector, head
    frame. Material and wearing parameters are drawn from ``rng``. Raises Rejected("masks", reason) for a
    wearing state that the design does not know.
    """
    seat = find_seat(design, head_vertices, gravity, wearing, rng)
    laid = LAY[design.construction.kind](design, seat, rng)
    if seat.worn.loops == "one":
        laid = hang_on_ear(seat, laid, slack_length(design, seat))
    return replace(fasten(design, seat, laid), hardware=_hardware(design))


def _hardware(design: Design) -> tuple[Hardware, ...]:
    valve = design.valve
    if valve is None:
        return ()
    at = np.array([valve.across_mm, -valve.down_mm]) / 1000
    size = (valve.width_mm / 1000, valve.height_mm / 1000, valve.proud_mm / 1000)
    return (Hardware(at, *size, rectangular=valve.shape == "rectangular"),)
