"""Set the fitted head right: drag landmarks, hold coefficients."""

from __future__ import annotations

import bpy
import numpy as np

from .. import job
from ..connection import ask
from ..photo.operators import keep
from ..photo.show import show_face, show_head_of
from ..photo_name import photo_name
from ..viewport import landmarks as overlay

_NEAR = 14.0  # px of the screen within which a landmark is grabbed


def refit(context: bpy.types.Context, moves: list, words: str, config: dict | None = None) -> set[str]:
    """Fit the face anew with landmarks moved, [index, x, y] in px of the photo each, from where ``config``
    has them; they are kept for the job."""
    return ask(context, _request(context, moves, config), _take, words)


def look_ahead(context: bpy.types.Context, moves: list, config: dict) -> set[str]:
    """The same while the mouse still moves: shown, and not kept."""
    request = {**_request(context, moves, config), "live": True}
    return ask(context, request, _show, "Fitting", undo=False)


def _request(context: bpy.types.Context, moves: list, config: dict | None) -> dict:
    bench = context.scene.maskdrape
    request = {
        "do": "drag",
        "photo": photo_name(bench.photo),
        "face": bench.photo.face,
        "moves": moves,
        "reach_px": bench.head.reach_px,
        "hold": bench.head.held(),
    }
    return request if config is None else {**request, "config": config}


def _take(context: bpy.types.Context, result: dict) -> None:
    bench = context.scene.maskdrape
    face = bench.photo.face
    keep(bench.photo, result["faces"])
    bench.photo.face = min(face, max(len(bench.photo.faces) - 1, 0))
    bench.head.landmarks = result["landmarks"]["landmarks"]
    show_face(context)


def _show(context: bpy.types.Context, result: dict) -> None:
    face = next((one for one in result["faces"] if one["index"] == context.scene.maskdrape.photo.face), None)
    if face is not None and face["file"]:
        show_head_of(context, face["file"])
        with np.load(job.folder(context.scene) / face["file"]) as fitted:
            overlay.put(fitted["landmarks"])


class MASKDRAPE_OT_pick_landmark(bpy.types.Operator):
    """Drag landmarks in the camera view; the head is fitted anew as you drag. Enter or right click ends"""

    bl_idname = "maskdrape.pick_landmark"
    bl_label = "Drag Landmarks"

    index: bpy.props.IntProperty(min=0)
    x: bpy.props.FloatProperty()
    y: bpy.props.FloatProperty()

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        return refit(context, [[self.index, self.x, self.y]], "Move landmark")

    def invoke(self, context, event):
        if context.area is None or context.area.type != "VIEW_3D":
            self.report({"WARNING"}, "Landmarks are dragged in the 3D view")
            return {"CANCELLED"}
        if not len(points_of(context)):
            return bpy.ops.maskdrape.find_faces()
        context.space_data.region_3d.view_perspective = "CAMERA"
        self._grabbed = -1
        self._config = None
        overlay.start(points_of(context))
        context.window_manager.modal_handler_add(self)
        context.workspace.status_text_set("Drag a landmark.  Enter, Esc or right click: done")
        context.area.tag_redraw()
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        region = next(one for one in context.area.regions if one.type == "WINDOW")
        mouse = np.array([event.mouse_x - region.x, event.mouse_y - region.y], float)
        context.area.tag_redraw()
        if event.type in {"RET", "NUMPAD_ENTER", "ESC", "RIGHTMOUSE"} and event.value == "PRESS":
            self.cancel(context)
            return {"FINISHED"}
        if self._grabbed < 0:
            # Until a drag ends its own points are shown; then those of the fit that it led to.
            overlay.put(points_of(context))
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            inside = 0 <= mouse[0] < region.width and 0 <= mouse[1] < region.height
            self._grabbed = overlay.nearest(context, region, mouse, _NEAR) if inside else -1
            if self._grabbed < 0:
                return {"PASS_THROUGH"}
            self._config = job.config(context.scene)
        elif event.type == "MOUSEMOVE" and self._grabbed >= 0:
            look_ahead(context, self._move(context, region, mouse), self._config)
        elif event.type == "MOUSEMOVE":
            overlay.hover(overlay.nearest(context, region, mouse, _NEAR))
            return {"PASS_THROUGH"}
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE" and self._grabbed >= 0:
            refit(context, self._move(context, region, mouse), "Move landmark", self._config)
            self._grabbed = -1
        else:
            return {"PASS_THROUGH"}
        return {"RUNNING_MODAL"}

    def _move(self, context, region, mouse):
        u, v = overlay.to_pixels(context, region, mouse)
        overlay.move(self._grabbed, u, v)
        return [[self._grabbed, u, v]]

    def cancel(self, context):
        overlay.stop()
        context.workspace.status_text_set(None)


class MASKDRAPE_OT_hold_coefficients(bpy.types.Operator):
    """Keep this part of the fit as it is, or let it be fitted again"""

    bl_idname = "maskdrape.hold_coefficients"
    bl_label = "Hold"

    which: bpy.props.EnumProperty(
        items=(
            ("identity", "Identity", "The shape of the head"),
            ("expression", "Expression", "What the face does"),
        )
    )

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        head = context.scene.maskdrape.head
        setattr(head, f"hold_{self.which}", not getattr(head, f"hold_{self.which}"))
        return refit(context, [], "Hold coefficients")


def points_of(context: bpy.types.Context) -> np.ndarray:
    """(N, 2) px: the landmarks of the chosen face; none where what the bench kept of it is gone."""
    photo = context.scene.maskdrape.photo
    file = job.folder(context.scene) / photo.faces[photo.face].file
    if not file.is_file():
        return np.zeros((0, 2))
    with np.load(file) as fitted:
        return np.array(fitted["landmarks"], float)
