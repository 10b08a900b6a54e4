"""Drape the mask on the head, watch it again, take it back."""

from __future__ import annotations

import math

import bpy

from .. import job
from ..connection import ask
from . import show

_RATE = 12.0  # recorded moments a second


class MASKDRAPE_OT_drape(bpy.types.Operator):
    """Put the mask on the head and let its cloth come to rest"""

    bl_idname = "maskdrape.drape"
    bl_label = "Drape"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        context.scene.maskdrape.drape.frames.clear()
        return ask(context, {"do": "drape"}, _take, "Draping", _moment)


def _moment(context: bpy.types.Context, answer: dict) -> None:
    """A moment on the way: kept and shown."""
    if not answer.get("file"):
        return
    drape = context.scene.maskdrape.drape
    if drape.frames and answer["done"] <= drape.frames[-1].number:
        drape.frames.clear()  # a more careful try begins, or the mask above this one
    kept = drape.frames.add()
    kept.name, kept.number = job.below(context.scene, answer["file"]), answer["done"]
    show.show_moment(context.scene, kept.name)


def _take(context: bpy.types.Context, result: dict) -> None:
    drape = context.scene.maskdrape.drape
    kept = drape.results.add()
    kept.file = job.below(context.scene, result["file"])
    for key in ("design", "size", "wearing", "from_cache"):
        setattr(kept, key, result[key])
    for check in result["checks"]:
        line = kept.checks.add()
        for key in ("name", "words", "unit", "state"):
            setattr(line, key, check[key])
        for key in ("value", "limit"):
            setattr(line, key, math.nan if check[key] is None else check[key])
    drape["frame"] = max(len(drape.frames) - 1, 0)
    show.show_newest(context.scene)


class MASKDRAPE_OT_play(bpy.types.Operator):
    """Play what was recorded of the drape; Esc stops"""

    bl_idname = "maskdrape.play"
    bl_label = "Play"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.drape.frames)

    def execute(self, context):
        drape = context.scene.maskdrape.drape
        drape.frame = len(drape.frames) - 1
        return {"FINISHED"}

    def invoke(self, context, event):
        context.scene.maskdrape.drape.frame = 0
        window = context.window
        self._timer = context.window_manager.event_timer_add(1.0 / _RATE, window=window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        drape = context.scene.maskdrape.drape
        if event.type == "ESC" or drape.frame >= len(drape.frames) - 1:
            self.cancel(context)
            if drape.results:
                show.show_newest(context.scene)
            return {"FINISHED"}
        if event.type == "TIMER":
            drape.frame += 1
        return {"PASS_THROUGH"}

    def cancel(self, context):
        context.window_manager.event_timer_remove(self._timer)


class MASKDRAPE_OT_settle(bpy.types.Operator):
    """Show the mask at rest"""

    bl_idname = "maskdrape.settle"
    bl_label = "At Rest"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.drape.results)

    def execute(self, context):
        show.show_newest(context.scene)
        return {"FINISHED"}


class MASKDRAPE_OT_undo_drape(bpy.types.Operator):
    """Take the newest drape back; the one before it is shown again"""

    bl_idname = "maskdrape.undo_drape"
    bl_label = "Undo Drape"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.drape.results)

    def execute(self, context):
        drape = context.scene.maskdrape.drape
        drape.results.remove(len(drape.results) - 1)
        drape.frames.clear()
        show.show_newest(context.scene)
        return {"FINISHED"}
