"""Where clothes are below a fitted head: what a mask's shadow falls on past the end of the neck."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.head.model import load_head
from pipeline.ramp import ramp
from pipeline.records import Face
from pipeline.studio import camera, mesh
from pipeline.studio.clothes import Shirt, shirt_mesh
from pipeline.studio.materials.skin import skin

# No collar stands up: nobody knows where the one in the photo is.
_BODY = Shirt(np.full(3, 0.3), np.full(3, 0.3), collar=0.004, depth=0.0, folds=0.0, weave=700.0, seed=0)
_CLOTH = np.full(3, 0.3)
_FADE = (0.06, 0.14)  # m below the collar's seam: further down a guessed body says nothing


def add_torso(scene: Any, face: Face, keep: str) -> Any:
    """Shoulders and chest of a likely size, unseen until ``hide_render`` is taken back.

    Writes to the pass ``keep`` how far shadow is to be believed there, 0..1.
    """
    head = (face.vertices - face.translation) @ face.rotation
    points, quads, _, _ = shirt_mesh(load_head(), head, _BODY)
    data = mesh.new_mesh(
        "Torso",
        camera.to_blender(points @ face.rotation.T + face.translation),
        quads,
        attributes={keep: 1 - ramp(points[:, 1].max() - points[:, 1], *_FADE)},
    )
    torso = mesh.add_object(scene, data, skin(_CLOTH, keep))
    torso.hide_render = True
    return torso
