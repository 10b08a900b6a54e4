"""Text as wide as the sidebar: Blender's labels do not wrap."""

from __future__ import annotations

import textwrap

import bpy


def draw_lines(context: bpy.types.Context, layout: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """Labels that hold ``text`` in as many lines as the region's width asks for, ``icon`` on the first."""
    letter = 7.0 * context.preferences.system.ui_scale  # px, the interface font's widest mean
    width = context.region.width if context.region else 300
    column = layout.column(align=True)
    column.scale_y = 0.8
    for line in text.splitlines():
        for part in textwrap.wrap(line, max(int((width - 60) / letter), 16)):
            column.label(text=part, icon=icon)
            icon = "BLANK1" if icon != "NONE" else "NONE"
