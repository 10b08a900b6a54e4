"""Ask the bench process for something and go on when it has answered, without holding Blender up."""

from __future__ import annotations

import itertools
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import bpy

from .. import job
from ..photo_name import photo_name
from . import process
from .report import report_of

Answer = Callable[[bpy.types.Context, dict], None]

_TICK = 0.05  # s
_OF_A_FACE = {"draw", "drape", "composite"}  # requests about the chosen face


@dataclass(frozen=True)
class _Task:
    number: int
    request: dict
    done: Answer
    words: str
    progress: Answer | None
    scene: str
    undo: bool


_numbers = itertools.count(1)
_queue: deque[_Task] = deque()
_state: dict = {"process": None, "task": None, "timer": None}


def ask(
    context: bpy.types.Context,
    request: dict,
    done: Answer,
    words: str,
    progress: Answer | None = None,
    *,
    undo: bool = True,
) -> set[str]:
    """Send ``request`` to the bench; gives an operator's result.

    "folder" and "config" are those of the job unless they are given, and so are "photo" and "face" where the
    request is about a face. With a window this returns at once:
    ``words`` and the progress are shown, Esc cancels, ``progress(context, message)`` gets each message on
    the way and ``done(context, result)`` the result, after which an undo step of the name ``words`` is kept
    (unless ``undo`` is False, for what follows a slider). A request that still waits is replaced by a newer
    one that does the same, so that live changes never pile up. In the background this waits. What is
    refused or goes wrong lands in ``scene.maskdrape.task``.
    """
    bench = context.scene.maskdrape
    bench.task.error = bench.task.report = ""
    whole = dict(request)
    whole.setdefault("folder", str(job.folder(context.scene)))
    if "config" not in whole:
        whole["config"] = job.config(context.scene)
    if whole["do"] in _OF_A_FACE:
        whole.setdefault("photo", photo_name(bench.photo))
        whole.setdefault("face", bench.photo.face)
    task = _Task(next(_numbers), whole, done, words, progress, context.scene.name, undo)
    if bpy.app.background:
        return _wait(context, task)
    for older in [one for one in _queue if one.request["do"] == task.request["do"]]:
        _queue.remove(older)
    _queue.append(task)
    if _state["timer"] is None:
        window = context.window or context.window_manager.windows[0]
        with context.temp_override(window=window):
            bpy.ops.maskdrape.wait("INVOKE_DEFAULT")
    return {"FINISHED"}


def busy() -> str:
    """What is under way, in words; empty when nothing is."""
    task = _state["task"] or (_queue[0] if _queue else None)
    return task.words if task else ""


def cancel() -> None:
    """Give up what is under way and what waits. Another process is started when there is work again."""
    _queue.clear()
    if _state["task"] is not None:
        _state["task"] = None
        stop()


def stop() -> None:
    """End the bench process."""
    if _state["process"] is not None:
        process.kill(_state["process"])
        _state["process"] = None


def unwatch() -> None:
    """Take the timer away that the watching operator is called by."""
    if _state["timer"] is not None:
        bpy.context.window_manager.event_timer_remove(_state["timer"])
        _state["timer"] = None


class MASKDRAPE_OT_wait(bpy.types.Operator):
    """Watches the bench process while it works; Esc cancels"""

    bl_idname = "maskdrape.wait"
    bl_label = "Wait for MaskDrape"
    bl_options = {"INTERNAL"}

    def invoke(self, context, event):
        _state["timer"] = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC" and event.value == "PRESS":
            words = busy()
            cancel()
            self.report({"INFO"}, f"Cancelled: {words}")
        elif event.type == "TIMER":
            _step(context)
            _redraw(context)
        else:
            return {"PASS_THROUGH"}
        if busy():
            return {"PASS_THROUGH"} if event.type == "TIMER" else {"RUNNING_MODAL"}
        self.cancel(context)
        _redraw(context)
        return {"FINISHED"}

    def cancel(self, context):
        """Also called by Blender, when another file is opened."""
        unwatch()


class MASKDRAPE_OT_cancel(bpy.types.Operator):
    """Stop what MaskDrape is doing; what it has finished is kept"""

    bl_idname = "maskdrape.cancel"
    bl_label = "Cancel"

    def execute(self, context):
        cancel()
        return {"FINISHED"}


def _wait(context: bpy.types.Context, task: _Task) -> set[str]:
    """In the background: until this task is answered, others that it asks for included."""
    _queue.append(task)
    while busy():
        _step(context)
        time.sleep(_TICK / 10)
    return {"CANCELLED"} if context.scene.maskdrape.task.error else {"FINISHED"}


def _step(context: bpy.types.Context) -> None:
    """Start what waits, and pass on what has been answered."""
    if _state["task"] is None:
        if not _queue:
            return
        _begin(context, _queue.popleft())
    running, task = _state["process"], _state["task"]
    if running is None or task is None:
        return
    ended = not process.alive(running)
    for answer in process.poll(running):
        if answer.get("id") == task.number and _state["task"] is task:
            _receive(context, task, answer)
    if ended and _state["task"] is task:
        _state["task"] = None
        stop()
        said = "\n".join(running.said)
        last = f": {running.said[-1]}" if running.said else ""
        _fail(context, task, f"MaskDrape's process ended{last}", said)


def _begin(context: bpy.types.Context, task: _Task) -> None:
    _state["task"] = task
    bench = context.scene.maskdrape
    bench.task.words, bench.task.progress = task.words, 0.0
    try:
        if _state["process"] is None or not process.alive(_state["process"]):
            stop()
            _state["process"] = process.start()
        process.send(_state["process"], {"id": task.number, **task.request})
    except OSError as error:
        _state["task"] = None
        stop()
        _fail(context, task, f"MaskDrape's process cannot be started: {error}", repr(error))


def _receive(context: bpy.types.Context, task: _Task, answer: dict) -> None:
    event = answer["event"]
    if event != "progress":
        _state["task"] = None
    scene = bpy.data.scenes.get(task.scene)
    if scene is None:  # it was deleted meanwhile
        return
    try:
        with context.temp_override(scene=scene):
            _apply(scene, task, answer)
    except Exception as error:
        # Raised here it would end the operator that watches, and nothing could be asked any more.
        _fail(context, task, f"The answer cannot be shown: {error}", traceback.format_exc())


def _apply(scene: bpy.types.Scene, task: _Task, answer: dict) -> None:
    event, told = answer["event"], scene.maskdrape.task
    if event == "progress":
        told.words = answer.get("words", task.words)
        told.progress = answer["done"] / max(answer.get("of", 1), 1) if "done" in answer else 0.0
        if task.progress:
            task.progress(bpy.context, answer)
    elif event == "done":
        told.words, told.progress = "", 0.0
        task.done(bpy.context, answer["result"])
        if task.undo and not bpy.app.background:
            bpy.ops.ed.undo_push(message=task.words)
    elif event == "refused":
        _fail(bpy.context, task, "\n".join(answer.get("problems") or [answer["reason"]]), "")
    else:
        _fail(bpy.context, task, answer["words"], answer.get("report", ""))


def _fail(context: bpy.types.Context, task: _Task, words: str, details: str) -> None:
    scene = bpy.data.scenes.get(task.scene)
    if scene is not None:
        told = scene.maskdrape.task
        told.words, told.progress = "", 0.0
        told.error = words
        told.report = report_of(task.request, words, details)


def _redraw(context: bpy.types.Context) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "IMAGE_EDITOR", "PREFERENCES"}:
                area.tag_redraw()
