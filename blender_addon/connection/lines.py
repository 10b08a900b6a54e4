"""Text as wide as the sidebar: Blender's labels do not wrap."""

from __future__ import annotations

import textwrap

import bpy


def draw_lines(context: bpy.types.Context, layout: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """Labels that hold ``text`` in as many lines as the region's width asks for, ``icon`` on the first."""
    letter = 5.6 * context.preferences.system.ui_scale  # px, a mean of the interface's font
    width = context.region.width if context.region else 300
    beside = 46 if icon == "NONE" else 70  # px of margins, tabs and the icon
    column = layout.column(align=True)
    column.scale_y = 0.8
    for line in text.splitlines():
        for part in textwrap.wrap(line, max(int((width - beside) / letter), 16)):
            column.label(text=part, icon=icon)
            icon = "BLANK1" if icon != "NONE" else "NONE"
