"""Files of older versions: brings what a .blend holds to what this version expects."""

from __future__ import annotations

import bpy

from .bench import VERSION


def upgrade(bench: bpy.types.PropertyGroup) -> None:
    """One step a version; a bench that nothing was stored in is new."""
    bench.version = VERSION


@bpy.app.handlers.persistent
def _after_load(*_):
    for scene in bpy.data.scenes:
        if scene.maskdrape.identifier or scene.maskdrape.home:
            upgrade(scene.maskdrape)


def register() -> None:
    bpy.app.handlers.load_post.append(_after_load)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_after_load)
