"""The morphable head: one mesh whose shape is a mean plus identity and expression offsets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.records import Float, Int

Bool = NDArray[np.bool_]

MODEL_FILE = Path(__file__).parent / "head.npz"
NOT_COLLIDING = ("mouth_cavity", "teeth")


@dataclass(frozen=True)
class HeadModel:
    """A head with ears, eyeballs, teeth, neck and upper shoulders: V vertices, F triangles, head frame."""

    mean: Float  # (V, 3)
    identity_basis: Float  # (80, V, 3) per standard deviation
    expression_basis: Float  # (43, V, 3) for coefficients in [0, 1]
    expression_names: tuple[str, ...]  # ARKit names: jawOpen, mouthSmileLeft ...
    faces: Int  # (F, 3) the whole head, counter-clockwise seen from outside
    collider_faces: Int  # (C, 3) without mouth cavity and teeth; the neck stays open
    mirror: Int  # (V,) vertex at the same place on the other side
    uv: Float  # (F, 3, 2) per corner: MakeHuman's own layout, which has seams
    regions: Mapping[str, Bool]  # (V,) each: skin, eye_left, eye_right, mouth_cavity, teeth, lips, ...
    points: Mapping[str, int]  # vertex ids of anthropometric points: pronasale, tragion_left ...
    ear_sulcus_left: Int  # (K,) vertex ids along the crease behind the ear, top to bottom
    ear_sulcus_right: Int  # (K,)

    def shape(self, identity: ArrayLike, expression: ArrayLike) -> Float:
        """(V, 3) vertices for identity (80,) in standard deviations and expression (43,) in [0, 1]."""
        return np.asarray(
            self.mean
            + np.tensordot(np.asarray(identity, dtype=np.float64), self.identity_basis, axes=1)
            + np.tensordot(np.asarray(expression, dtype=np.float64), self.expression_basis, axes=1)
        )


@cache
def load_head() -> HeadModel:
    """The head model that ships with the package (built by tools/build_head_model.py).

    The arrays are shared by every caller and therefore read-only.
    """
    with np.load(MODEL_FILE) as stored:
        data = {name: stored[name] for name in stored.files}
    mean = data["mean"].astype(np.float64)
    faces = data["faces"]
    masks = np.unpackbits(data["regions"], axis=1, count=len(mean)).astype(bool)
    regions = dict(zip(data["region_names"].tolist(), masks, strict=True))
    hidden = np.logical_or.reduce([regions[name] for name in NOT_COLLIDING])
    model = HeadModel(
        mean=mean,
        identity_basis=data["identity"] * data["identity_step"].astype(np.float64)[:, None, None],
        expression_basis=data["expression"] * data["expression_step"].astype(np.float64)[:, None, None],
        expression_names=tuple(data["expression_names"].tolist()),
        faces=faces,
        collider_faces=faces[~hidden[faces].any(1)],
        mirror=data["mirror"],
        uv=data["uv"].astype(np.float64),
        regions=regions,
        points=dict(zip(data["point_names"].tolist(), data["point_vertices"].tolist(), strict=True)),
        ear_sulcus_left=data["ear_sulcus_left"],
        ear_sulcus_right=data["ear_sulcus_right"],
    )
    for value in (*vars(model).values(), *regions.values()):
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return model
