"""One click: install what MaskDrape needs where this Blender finds it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque

import bpy

from . import known, process, wait

_state: dict = {"popen": None, "listener": None, "said": deque(maxlen=20), "timer": None}


def under_way() -> bool:
    return _state["popen"] is not None


def last_words() -> str:
    """What the set-up said last; empty where none ran."""
    return _state["said"][-1] if _state["said"] else ""


def command() -> list[str]:
    """What installs MaskDrape's requirements for this Blender: its file needs the standard library only."""
    script = process.package_folder() / "pipeline" / "blender_setup.py"
    return [sys.executable, str(script), bpy.app.binary_path]


class MASKDRAPE_OT_set_up(bpy.types.Operator):
    """Install what MaskDrape needs for this Blender (some 300 MB from the internet)"""

    bl_idname = "maskdrape.set_up"
    bl_label = "Set MaskDrape Up"

    @classmethod
    def poll(cls, context):
        return bool(bpy.app.binary_path) and not under_way()

    def execute(self, context):
        _start()
        _state["popen"].wait()
        return self._finish(context)

    def invoke(self, context, event):
        _start()
        _state["timer"] = context.window_manager.event_timer_add(0.25, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        for window in context.window_manager.windows:
            for area in window.screen.areas:
                area.tag_redraw()
        if _state["popen"] is None:
            return {"CANCELLED"}
        return {"PASS_THROUGH"} if _state["popen"].poll() is None else self._finish(context)

    def _finish(self, context):
        code = _state["popen"].returncode
        _state["listener"].join(timeout=5.0)  # to what it said last
        stop()
        wait.stop()  # it looks for what it needs when it starts
        known.forget()
        if code == 0:
            context.scene.maskdrape.task.error = context.scene.maskdrape.task.report = ""
            return {"FINISHED"}
        task = context.scene.maskdrape.task
        task.error = f"The set-up failed: {last_words()}"
        task.report = "\n".join(_state["said"])
        return {"CANCELLED"}


def stop() -> None:
    """End it, with what it has not installed left out."""
    if _state["timer"] is not None:
        bpy.context.window_manager.event_timer_remove(_state["timer"])
        _state["timer"] = None
    popen = _state["popen"]
    if popen is not None:
        _state["popen"] = None
        if popen.poll() is None:
            popen.kill()
        popen.wait()


def _start() -> None:
    _state["said"].clear()
    _state["popen"] = subprocess.Popen(
        command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # There it reads what is required, where there is no checkout.
        env={**os.environ, "PYTHONPATH": str(process.package_folder())},
        text=True,
        errors="replace",
    )
    _state["listener"] = threading.Thread(target=_listen, args=(_state["popen"],), daemon=True)
    _state["listener"].start()


def _listen(popen: subprocess.Popen) -> None:
    with popen.stdout:
        for line in popen.stdout:
            if line.strip():
                _state["said"].append(line.strip())
