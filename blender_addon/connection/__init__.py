"""The process beside Blender that does the work, and how it is asked.

Other folders use `ask` (see there), `known.designs`, `known.ask_hello`, `wait.busy`, `process.command`
(MaskDrape's command line with arguments) with `process.environment`, and `lines.draw_lines`.
"""

import bpy

from . import known, panel, report, wait
from .wait import ask

__all__ = ["ask"]

_CLASSES = (
    wait.MASKDRAPE_OT_wait,
    wait.MASKDRAPE_OT_cancel,
    report.MASKDRAPE_OT_copy_report,
    panel.MASKDRAPE_PT_task,
)


@bpy.app.handlers.persistent
def _leave(*_):
    """Another file is opened: what was asked for this one has nowhere to go."""
    wait.cancel()


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)
    bpy.app.handlers.load_pre.append(_leave)


def unregister() -> None:
    bpy.app.handlers.load_pre.remove(_leave)
    wait.cancel()
    wait.stop()
    wait.unwatch()
    known.forget()
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
