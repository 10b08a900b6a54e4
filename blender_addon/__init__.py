"""MaskDrape's bench in Blender: the tab MaskDrape of the 3D view's sidebar.

The add-on imports bpy, numpy and the standard library only. What it shows is computed by a process
beside Blender, which is MaskDrape itself: see `connection`.
"""

import importlib
import sys

bl_info = {
    "name": "MaskDrape",
    "author": "MaskDrape contributors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D View > Sidebar > MaskDrape",
    "description": "Photos of people wearing masks that were draped on them and path-traced in their light",
    "category": "3D View",
}

_IN_ORDER = (
    "preferences",
    "connection",
    "photo",
    "head",
    "mask",
    "light",
    "drape",
    "render",
    "library",
    "batch",
    "bench",
    "upgrade",
)
"""Each has register() and unregister(); the panels come in this order."""

# Blender reloads an add-on by reloading this file: what it is made of is then imported afresh.
for _name in [name for name in sys.modules if name.startswith(f"{__name__}.")]:
    del sys.modules[_name]
    globals().pop(_name.removeprefix(f"{__name__}."), None)

_registered = []


def register() -> None:
    for name in _IN_ORDER:
        module = importlib.import_module(f"{__name__}.{name}")
        module.register()
        _registered.append(module)


def unregister() -> None:
    while _registered:
        _registered.pop().unregister()
