"""What happens a moment after the user has touched something: the mask lying flat follows its sliders."""

from __future__ import annotations

import bpy
import numpy as np

from .. import job
from ..connection import ask
from ..viewport import mask_mesh
from .document import parsed

_AFTER = 0.1  # s from a touch to its effect, and between two effects
_waiting: dict[str, object] = {}


def soon(name: str, work) -> None:
    """Call ``work()`` in a moment, once for all wishes of this name until then. Nothing comes of it in the
    background, where nobody watches."""
    if bpy.app.background:
        return
    if name in _waiting and bpy.app.timers.is_registered(_waiting[name]):  # opening a file ends timers
        return

    def call():
        _waiting.pop(name, None)
        work()

    _waiting[name] = call
    bpy.app.timers.register(call, first_interval=_AFTER)


def forget() -> None:
    """Drop what waits."""
    while _waiting:
        _, call = _waiting.popitem()
        if bpy.app.timers.is_registered(call):
            bpy.app.timers.unregister(call)


def flat_soon(scene: bpy.types.Scene) -> None:
    """Show the flat mask of this scene as soon as its sliders rest."""
    if not scene.maskdrape.mask.live:
        return
    name = scene.name

    def work():
        found = bpy.data.scenes.get(name)
        if found is not None:
            with bpy.context.temp_override(scene=found):
                ask_flat(bpy.context)

    soon("flat", work)


def ask_flat(context: bpy.types.Context) -> set[str]:
    """Ask for the flat mask of the document; one that still waits for the bench is replaced by this one."""
    mask = context.scene.maskdrape.mask
    if not mask.document:
        return {"CANCELLED"}
    # Without the job's configuration, which need not be whole yet.
    request = {"do": "flat", "document": parsed(mask.document), "size": mask.size_name, "config": {}}
    return ask(context, request, _show, "Laying the mask flat", undo=False)


def _show(context: bpy.types.Context, result: dict) -> None:
    with np.load(job.folder(context.scene) / result["file"]) as flat:
        mask_mesh.show_flat(context.scene, flat["vertices"], flat["faces"])
