"""Where on one head a mask is to sit, and what was drawn for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.masks.anatomy import FacePoints, face_points, faces_without_ears
from pipeline.masks.design.design import Design
from pipeline.masks.design.wearing import Wearing
from pipeline.masks.envelope import Envelope, skin_radius
from pipeline.masks.size import choose_size, face_arc
from pipeline.records import Float, Rejected

ABOVE_TIP = 0.014  # m: no one happens to wear it correctly lower than this above the tip of the nose

STRAIGHT = 6.0  # times as stiff is a wire that no one has bent yet
UNDER_NOSE = 0.002  # m above the upper edge, from where the nose is left out


@dataclass(frozen=True)
class Seat:
    """Metres and radians, head frame."""

    head: Float  # (V, 3) vertices of the head
    gravity: Float  # (3,) unit
    points: FacePoints
    skin: Envelope  # of the face without its ears
    size: str
    wearing: str
    worn: Wearing
    bridge: float  # height of the middle of the upper edge
    sideways: float  # of the mask's middle, to the wearer's left
    tilt: float  # of the upper edge, up on the wearer's left
    below_chin: float  # along the skin from the chin to the lower edge
    hung: int  # the ear it hangs from where it hangs from one: 1 the left, -1 the right
    parameters: dict[str, float]  # all that was drawn; construction and fasteners add theirs


def find_seat(
    design: Design, head_vertices: Float, gravity: Float, wearing: str, rng: np.random.Generator
) -> Seat:
    """Draws material and place from the design's ranges.

    ``head_vertices`` (V, 3) m, head frame, order of the head model; ``gravity`` (3,) unit vector, head
    frame. Raises Rejected("masks", reason) for a wearing state that the design does not know.
    """
    if wearing not in design.wearing:
        known = ", ".join(design.wearing)
        raise Rejected("masks", f"mask {design.name} cannot be worn {wearing!r}; it knows: {known}")
    points = face_points(head_vertices)
    worn, fabric = design.wearing[wearing], design.fabric
    apart = float(np.linalg.norm(points.pupils[0] - points.pupils[1]))
    parameters = {
        "tension": rng.uniform(*fabric.tension),
        "compression": rng.uniform(*fabric.compression),
        "shear": rng.uniform(*fabric.shear),
        "bending": rng.uniform(*fabric.bending),
        "crease": rng.uniform(*fabric.crease),
        "edge_bending": rng.uniform(*fabric.edge_bending),
        "wire_bending": rng.uniform(*fabric.wire_bending),
        "loop_tension": rng.uniform(*fabric.loop_tension),
        "mass_kg_m2": sum(fabric.layers_g_m2) / 1000,
        "most_stretch": fabric.most_stretch,
        "thickest_m": design.material.thickness_mm[1] / 1000,
        "upper_edge_m": float(apart * _near(worn.upper_edge, worn.upper_edge_spread, rng)),
        "sideways_m": rng.normal(0, worn.sideways_spread_mm / 1000),
        "tilt_rad": rng.normal(0, np.radians(worn.tilt_spread_degrees)),
        "below_chin_m": rng.uniform(*worn.below_chin_mm) / 1000,
        "corners_up_m": rng.uniform(*worn.corners_up_mm) / 1000,
    }
    if worn.tilt_degrees[1] > 0 or worn.sideways_mm[1] > 0:
        side = 1.0 if rng.random() < 0.5 else -1.0
        parameters["tilt_rad"] += side * np.radians(rng.uniform(*worn.tilt_degrees))
        parameters["sideways_m"] += side * rng.uniform(*worn.sideways_mm) / 1000
    if worn.wire == "unbent":
        parameters["wire_bending"] *= STRAIGHT
    hung = 1 if rng.random() < 0.5 else -1
    level = float(points.pupils[:, 1].mean())
    origin = {"eyes": level, "nose": float(points.nose_base[1]), "chin": float(points.menton[1])}
    bridge = origin[worn.measured_from] - parameters["upper_edge_m"]
    if wearing == "correct":
        usual = level - apart * worn.upper_edge
        bridge = max(bridge, min(points.nose_tip[1] + ABOVE_TIP, usual))
    axis_z = float(np.mean([root[:, 2].mean() for root in points.ear_creases]))
    # a mask pulled under the nose lies on the lip: it does not wrap what is above it
    highest = bridge + UNDER_NOSE if worn.measured_from == "nose" else level + 0.02
    deep = 0.11 if worn.measured_from == "chin" else 0.07
    skin = skin_radius(head_vertices, faces_without_ears(), axis_z, points.menton[1] - deep, highest)
    return Seat(
        head=head_vertices,
        gravity=gravity,
        points=points,
        skin=skin,
        size=choose_size(design, face_arc(head_vertices, points)),
        wearing=wearing,
        worn=worn,
        bridge=float(bridge),
        sideways=float(parameters["sideways_m"]),
        tilt=float(parameters["tilt_rad"]),
        below_chin=float(parameters["below_chin_m"]),
        hung=hung,
        parameters=parameters,
    )


def _near(middle: float, spread: float, rng: np.random.Generator) -> float:
    """A draw from a normal distribution cut off at two and a half spreads."""
    return float(middle + spread * np.clip(rng.normal(), -2.5, 2.5))
