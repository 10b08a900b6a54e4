"""The process beside Blender that does the work, and how it is asked.

Other folders use `ask` (see there), `known.designs`, `known.ask_hello`, `wait.busy`, `process.command`
(MaskDrape's command line with arguments) with `process.environment`, and `lines.draw_lines`.
"""

import bpy

from . import known, panel, report, set_up, wait
from .wait import ask

__all__ = ["ask"]

_CLASSES = (
    wait.MASKDRAPE_OT_wait,
    wait.MASKDRAPE_OT_cancel,
    report.MASKDRAPE_OT_copy_report,
    set_up.MASKDRAPE_OT_set_up,
    panel.MASKDRAPE_PT_task,
)


@bpy.app.handlers.persistent
def _leave(*_):
    """Another file is opened: what was asked for this one has nowhere to go."""
    wait.cancel()


@bpy.app.handlers.persistent
def _arrive(*_):
    """What was under way or wrong when the file was saved is so no longer."""
    for scene in bpy.data.scenes:
        scene.maskdrape.task.clear()


_register, _unregister = bpy.utils.register_classes_factory(_CLASSES)


def register() -> None:
    _register()
    bpy.app.handlers.load_pre.append(_leave)
    bpy.app.handlers.load_post.append(_arrive)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_arrive)
    bpy.app.handlers.load_pre.remove(_leave)
    wait.cancel()
    wait.stop()
    wait.unwatch()
    set_up.stop()
    known.forget()
    _unregister()
