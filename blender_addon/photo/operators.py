"""Load a photo, find the faces in it, choose the one that wears the mask."""

from __future__ import annotations

import json
import math
from pathlib import Path

import bpy

from .. import job
from ..connection import ask, known
from ..photo_name import photo_name
from . import show


class MASKDRAPE_OT_load_photo(bpy.types.Operator):
    """Load a photo of a person and find the faces in it"""

    bl_idname = "maskdrape.load_photo"
    bl_label = "Load Photo"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_image: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context, event):
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        path = Path(bpy.path.abspath(self.filepath))
        if not path.is_file():
            self.report({"WARNING"}, f"There is no file {path.name} there")
            return {"CANCELLED"}
        bench = context.scene.maskdrape
        photo = bench.photo
        photo.path, photo.identity = str(path), path.stem
        photo.source = photo.licence = photo.consent = photo.sha256 = ""
        photo.width = photo.height = photo.face = 0
        photo.faces.clear()
        bench.head.forget()
        show.show_nothing(context)
        try:
            show.show_photo(context, path, 0, 0, 0.0)
        except RuntimeError:
            self.report({"INFO"}, f"Blender cannot show {path.name}; MaskDrape tries to read it")
        return bpy.ops.maskdrape.find_faces()


class MASKDRAPE_OT_find_faces(bpy.types.Operator):
    """Find the faces in the photo and fit a head to each"""

    bl_idname = "maskdrape.find_faces"
    bl_label = "Find Faces"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.path)

    def execute(self, context):
        if not known.said():
            return known.ask_hello(context, _find)
        return _find(context)


class MASKDRAPE_OT_choose_face(bpy.types.Operator):
    """Put the mask on this face"""

    bl_idname = "maskdrape.choose_face"
    bl_label = "Choose Face"
    bl_options = {"REGISTER", "UNDO"}

    index: bpy.props.IntProperty(min=0)

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        photo = context.scene.maskdrape.photo
        if self.index >= len(photo.faces):
            self.report({"WARNING"}, f"There are {len(photo.faces)} faces in this photo")
            return {"CANCELLED"}
        photo.face = self.index
        if not show.kept(context):
            return _find(context, take_again)
        show.show_face(context)
        return {"FINISHED"}


def _find(context: bpy.types.Context, take=None) -> set[str]:
    request = {"do": "faces", "photo": photo_name(context.scene.maskdrape.photo)}
    return ask(context, request, take or take_faces, "Finding faces")


def take_faces(context: bpy.types.Context, result: dict) -> None:
    """Keep what the bench answered to "faces", and show the best face of it."""
    photo = context.scene.maskdrape.photo
    keep(photo, result["faces"])
    order = {"ok": 0, "flagged": 1}
    ranks = [order.get(face.verdict, 2) for face in photo.faces]
    photo.face = ranks.index(min(ranks)) if ranks else 0
    _show(context, result["photo"])


def take_again(context: bpy.types.Context, result: dict) -> None:
    """The same for faces that were known: the choice stays."""
    keep(context.scene.maskdrape.photo, result["faces"])
    _show(context, result["photo"])


def _show(context: bpy.types.Context, said: dict) -> None:
    bench = context.scene.maskdrape
    photo = bench.photo
    photo.width, photo.height, photo.sha256 = said["width"], said["height"], said["sha256"]
    path = job.folder(context.scene) / said.get("upright", said["path"])
    show.show_photo(context, path, photo.width, photo.height, float(photo.width))
    if photo.faces:
        show.show_face(context)
    else:
        bench.task.error = "No face was found in this photo."


def keep(photo: bpy.types.PropertyGroup, faces: list[dict]) -> None:
    """The answer's faces as properties."""
    photo.faces.clear()
    for face in faces:
        kept = photo.faces.add()
        kept.name = f"Face {face['index'] + 1}"
        for key in ("verdict", "reason", "box"):
            setattr(kept, key, face[key])
        for key in ("residual_mm", "distance_m", "focal_px"):
            setattr(kept, key, math.nan if face[key] is None else face[key])
        kept.file = job.below(photo.id_data, face["file"])
        kept.yaw_pitch_roll = face["yaw_pitch_roll_deg"]
        kept.light = json.dumps(face["light"])
