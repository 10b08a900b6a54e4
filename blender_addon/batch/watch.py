"""Brings what a run writes of itself into the panel, once a second while there is a run."""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from . import process
from .log import Progress, follow
from .properties import output_of

STOPPED = "What is finished stays. It goes on from there."
_EVERY = 1.0  # s
_MOST = 500  # rejects that are listed
_read: dict[Path, Progress] = {}


def look(scene: bpy.types.Scene) -> None:
    """Bring the scene's panel up to date with its run, or the one that an earlier Blender started."""
    batch = scene.maskdrape.batch
    if not batch.last:
        return
    place = Path(batch.last).parent
    log = place / process.LOG
    if not log.is_file():
        return
    # Asked before the log is read: whoever is gone by now has written its last line.
    running = process.is_running(place)
    progress = _read[place] = follow(log, _read.get(place, Progress()))
    batch.done, batch.of, batch.samples = progress.done, progress.of, progress.samples
    batch.rate, batch.remaining = progress.rate, progress.remaining
    rejects = progress.rejects
    if running:
        batch.state = "running"
    elif progress.finished:
        batch.state, batch.words = "finished", ""
        rejects = _all_rejects(output_of(batch)) or rejects
    else:
        words = process.last_words(place)
        stopped = process.was_asked(place) or "stopped; " in words or not words
        batch.state, batch.words = ("stopped", STOPPED) if stopped else ("failed", words)
    batch.rejected = len(rejects)
    _list(batch, rejects[:_MOST])


def begin(place: Path) -> None:
    """Another run has begun in this folder."""
    _read.pop(place, None)
    keep_looking()


def _list(batch: bpy.types.PropertyGroup, rejects: list) -> None:
    if len(batch.rejects) > len(rejects):
        batch.rejects.clear()
    for row in rejects[len(batch.rejects) :]:
        line = batch.rejects.add()
        line.name, line.stage, line.reason = str(row["photo"]), str(row["stage"]), str(row["reason"])


def _all_rejects(output: Path) -> list[dict]:
    """Those of earlier runs included, as the data set lists them."""
    try:
        lines = (output / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, ValueError):
        return []


def _tick() -> float | None:
    going = False
    for scene in bpy.data.scenes:
        batch = scene.maskdrape.batch
        # The state may have been undone; the process was not.
        if batch.state == "running" or (batch.last and process.is_running(Path(batch.last).parent)):
            look(scene)
            going = going or batch.state == "running"
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
    return _EVERY if going else None


def _pick_up() -> None:
    """A run that was started before this file was opened, or has ended meanwhile."""
    for scene in bpy.data.scenes:
        if scene.maskdrape.batch.state:
            look(scene)
    keep_looking()


def keep_looking() -> None:
    """Look once a second while a scene has a run."""
    running = any(scene.maskdrape.batch.state == "running" for scene in bpy.data.scenes)
    if running and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=_EVERY, persistent=True)


@bpy.app.handlers.persistent
def _after_load(*_):
    _pick_up()


def register() -> None:
    bpy.app.handlers.load_post.append(_after_load)
    if not bpy.app.background:
        # While add-ons are being registered there are no scenes to look at.
        bpy.app.timers.register(_pick_up, first_interval=0.1)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_after_load)
    for timer in (_tick, _pick_up):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    _read.clear()
