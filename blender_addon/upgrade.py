"""Files of older versions: brings what a .blend holds to what this version expects.

Version 2: paths of what the bench answered with are relative to the job's folder. They were absolute.
"""

from __future__ import annotations

from pathlib import Path

import bpy

from .version import VERSION


def upgrade(bench: bpy.types.PropertyGroup) -> None:
    """Step by step from the version that it was stored with. Leaves a newer one as it is, and says so."""
    if bench.version > VERSION:
        bench.task.error = "This file was made by a newer MaskDrape: not all of it may be understood here."
        return
    for version in range(max(bench.version, 1), VERSION):
        _STEPS[version](bench)
    bench.version = VERSION


def _to_2(bench: bpy.types.PropertyGroup) -> None:
    for thing, key in (
        *((face, "file") for face in bench.photo.faces),
        *((draped, "file") for draped in bench.drape.results),
        *((moment, "name") for moment in bench.drape.frames),
        (bench.render, "image"),
    ):
        path = Path(getattr(thing, key))
        if bench.home and path.is_relative_to(bench.home):
            setattr(thing, key, path.relative_to(bench.home).as_posix())


_STEPS = {1: _to_2}
"""What brings a bench from this version to the next."""


def upgrade_all() -> None:
    """The benches of all scenes that hold anything."""
    for scene in bpy.data.scenes:
        if scene.maskdrape.home:
            upgrade(scene.maskdrape)


@bpy.app.handlers.persistent
def _after_load(*_):
    upgrade_all()


def register() -> None:
    bpy.app.handlers.load_post.append(_after_load)
    # For a file that is open already: while add-ons are enabled Blender shows them no data.
    bpy.app.timers.register(upgrade_all, first_interval=0.0)


def unregister() -> None:
    if bpy.app.timers.is_registered(upgrade_all):
        bpy.app.timers.unregister(upgrade_all)
    bpy.app.handlers.load_post.remove(_after_load)
