"""Lamps of a light as Blender's suns, and back.

A light is as in the configuration: {"ambient": [r, g, b], "lamps": [{"towards": [x, y, z], "irradiance":
[r, g, b]}]}, the directions in the camera frame.
"""

from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Vector

from ..decimals import shortest
from . import collection
from .frames import to_camera, to_world

_APART = 0.6  # m from the head: a sun shines from everywhere, its symbol stands somewhere


def show_lamps(scene: bpy.types.Scene, lamps: list[dict], around: np.ndarray, movable: bool) -> None:
    """One sun a lamp in the place of those that are there, drawn around the point ``around`` (3,) m, world.

    A sun of strength E lights a facing white diffuse surface to radiance E / pi, hence the pi.
    """
    for sun in suns(scene):
        remove_lamp(sun)
    for number, lamp in enumerate(lamps, start=1):
        add_lamp(scene, f"Lamp {number}", lamp["towards"], lamp["irradiance"], around)
    set_movable(scene, movable)


def set_movable(scene: bpy.types.Scene, movable: bool) -> None:
    """Whether the suns stand in the 3D view to be turned; else their rays would only cross the photo."""
    for sun in suns(scene):
        sun.hide_set(not movable)


def add_lamp(scene, name, towards, irradiance, around) -> bpy.types.Object:
    """A sun that shines from ``towards`` (3,), camera frame, with ``irradiance`` (3,) linear RGB."""
    strength = max(max(irradiance), 1e-9)
    data = bpy.data.lights.new(name, "SUN")
    data.energy = math.pi * strength
    data.color = tuple(one / strength for one in irradiance)
    sun = collection.make_object(scene, "lamp", name, data)
    direction = to_world(np.asarray(towards, float))
    direction /= np.linalg.norm(direction)
    sun.rotation_mode = "QUATERNION"
    sun.rotation_quaternion = Vector(direction).to_track_quat("Z", "Y")
    sun.location = np.asarray(around) + _APART * direction
    return sun


def remove_lamp(sun: bpy.types.Object) -> None:
    data = sun.data
    bpy.data.objects.remove(sun)
    if data.users == 0:
        bpy.data.lights.remove(data)


def suns(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The suns in the collection MaskDrape, by name; those that the user put there count too."""
    found = [
        one
        for one in collection.collection_of(scene).objects
        if one.type == "LIGHT" and one.data.type == "SUN"
    ]
    return sorted(found, key=lambda one: one.name)


def read_lamps(scene: bpy.types.Scene) -> list[dict]:
    """The suns as lamps of the configuration."""
    lamps = []
    for sun in suns(scene):
        towards = to_camera(np.array(sun.matrix_world.to_3x3()) @ (0.0, 0.0, 1.0))
        irradiance = [shortest(sun.data.energy / math.pi * one) for one in sun.data.color]
        lamps.append({"towards": [round(float(one), 6) for one in towards], "irradiance": irradiance})
    return lamps
