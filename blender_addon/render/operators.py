"""Make the picture, and hold it against the photo."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import job
from ..connection import ask
from ..viewport import image


class MASKDRAPE_OT_preview(bpy.types.Operator):
    """A quick, coarser picture"""

    bl_idname = "maskdrape.preview"
    bl_label = "Preview"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        samples = context.scene.maskdrape.render.preview_samples
        return ask(context, {"do": "composite", "samples": samples}, _take_preview, "Preview")


class MASKDRAPE_OT_composite(bpy.types.Operator):
    """The finished picture, as a run of this configuration writes it"""

    bl_idname = "maskdrape.composite"
    bl_label = "Composite"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        return ask(context, {"do": "composite", "samples": None}, _take_final, "Compositing")


class MASKDRAPE_OT_before_after(bpy.types.Operator):
    """Change between the photo and the picture in the Image Editor"""

    bl_idname = "maskdrape.before_after"
    bl_label = "Before / After"

    @classmethod
    def poll(cls, context):
        made = bool(context.scene.maskdrape.render.image)
        return made and all(image.find_image(role) is not None for role in ("photo", "result"))

    def execute(self, context):
        after = image.find_image("result")
        shown = image.shown(context)
        image.show(context, image.find_image("photo") if shown == after else after)
        return {"FINISHED"}


def _take_preview(context: bpy.types.Context, result: dict) -> None:
    _take(context, result, True)


def _take_final(context: bpy.types.Context, result: dict) -> None:
    _take(context, result, False)


def _take(context: bpy.types.Context, result: dict, is_preview: bool) -> None:
    render = context.scene.maskdrape.render
    render.image, render.is_preview = job.below(context.scene, result["image"]), is_preview
    picture = image.image_of(job.folder(context.scene) / render.image, "result")
    picture.name = f"{Path(context.scene.maskdrape.photo.path).stem} masked"
    image.show(context, picture)
