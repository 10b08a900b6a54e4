"""The mask on the head, at rest or on its way."""

from __future__ import annotations

import bpy
import numpy as np

from .. import job
from ..viewport import collection, mask_mesh


def show_moment(scene: bpy.types.Scene, file: str) -> None:
    """A recorded moment; nothing where the bench keeps it no longer."""
    photo = scene.maskdrape.photo
    face = job.folder(scene) / photo.faces[photo.face].file
    path = job.folder(scene) / file
    if path.is_file() and face.is_file():
        with np.load(path) as moment, np.load(face) as fitted:
            mask_mesh.show_worn(
                scene, moment["vertices"], moment["faces"], fitted["rotation"], fitted["translation"]
            )


def show_newest(scene: bpy.types.Scene) -> None:
    """The newest drape at rest; no mask where there is none."""
    drape = scene.maskdrape.drape
    if not drape.results:
        collection.remove_object(scene, "mask")
        return
    path = job.folder(scene) / drape.results[-1].file
    if not path.is_file():
        scene.maskdrape.task.error = "This drape is not kept any more. Drape again: it is quick."
        return
    with np.load(path) as worn:
        mask_mesh.show_worn(scene, worn["vertices"], worn["faces"], worn["rotation"], worn["translation"])
    collection.remove_object(scene, "flat")
