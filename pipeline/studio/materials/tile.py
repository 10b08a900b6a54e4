"""Tiles of the cloth as image textures over the flat pattern."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from pipeline.records import Tile
from pipeline.studio import blender
from pipeline.studio.materials.graph import Graph


def tile(graph: Graph, uv: Any, picture: Tile) -> tuple[Any, Any]:
    """Colour and alpha of ``picture`` at ``uv``, in m."""
    place = graph.node("ShaderNodeMapping", vector_type="TEXTURE")
    blender.set_inputs(
        place,
        Location=(*picture.origin, 0.0),
        Rotation=(0.0, 0.0, picture.angle),
        Scale=(*picture.size, 1.0),
    )
    graph.link(uv, blender.socket_in(place, "Vector"))
    texture = graph.node("ShaderNodeTexImage", interpolation="Linear")
    texture.image = _image(picture)
    texture.extension = "REPEAT" if picture.repeats else "EXTEND"
    graph.link(blender.socket_out(place, "Vector"), blender.socket_in(texture, "Vector"))
    return blender.socket_out(texture, "Color"), blender.socket_out(texture, "Alpha")


def _image(picture: Tile) -> Any:
    rows, columns, channels = picture.pixels.shape
    image = bpy.data.images.new("Tile", columns, rows, alpha=True, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    rgba = np.ones((rows, columns, 4), np.float32)
    rgba[..., :channels] = picture.pixels
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    return image
