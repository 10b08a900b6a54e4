"""The panel Photo."""

from pathlib import Path

import bpy

from ..connection.lines import draw_lines
from ..connection.panel import TAB

_ICONS = {"ok": "CHECKMARK", "flagged": "ERROR", "rejected": "CANCEL"}
_WORDS = {"ok": "good fit", "flagged": "look at it", "rejected": "cannot be used"}


class MASKDRAPE_PT_photo(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_photo"
    bl_label = "Photo"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 1

    def draw(self, context):
        photo = context.scene.maskdrape.photo
        layout = self.layout
        text = Path(photo.path.replace("\\", "/")).name if photo.path else "Load Photo"
        layout.operator("maskdrape.load_photo", text=text, icon="IMAGE_DATA")
        if not photo.path:
            return
        rights = layout.column(align=True)
        rights.use_property_split = True
        rights.use_property_decorate = False
        for field in ("identity", "source", "licence", "consent"):
            rights.prop(photo, field)
        if not photo.faces:
            layout.operator("maskdrape.find_faces", icon="VIEWZOOM")
        for index, face in enumerate(photo.faces):
            box = layout.box()
            row = box.row()
            row.operator(
                "maskdrape.choose_face",
                text=f"{face.name}: {_WORDS.get(face.verdict, face.verdict)}",
                icon=_ICONS.get(face.verdict, "QUESTION"),
                depress=index == photo.face,
            ).index = index
            if face.reason:
                column = box.column()
                column.alert = face.verdict == "rejected"
                draw_lines(context, column, face.reason)
            if index == photo.face and face.verdict != "rejected":
                yaw, pitch, roll = face.yaw_pitch_roll
                column = box.column(align=True)
                fit = f"{face.residual_mm:.1f} mm off its landmarks, {face.distance_m:.2f} m away"
                draw_lines(context, column, fit)
                draw_lines(context, column, f"turned {yaw:.0f}°, nodding {pitch:.0f}°, tilted {roll:.0f}°")
