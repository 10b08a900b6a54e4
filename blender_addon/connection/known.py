"""What the bench said of itself: its designs, and what is missing. The same for all scenes of a session."""

from __future__ import annotations

import bpy

from .wait import ask

_said: dict = {}


def designs() -> list[dict]:
    """As the request "hello" lists them; empty before it was answered."""
    return _said.get("designs", [])


def missing() -> list[str]:
    """One plain line each, with the command that mends it."""
    return _said.get("missing", [])


def said() -> bool:
    """Whether the bench has answered yet."""
    return bool(_said)


def ask_hello(context: bpy.types.Context, then=None) -> set[str]:
    """Ask which designs there are, those of the job's library included; then call ``then(context)``."""

    def done(context, result):
        _said.clear()
        _said.update(result)
        if then:
            then(context)

    return ask(context, {"do": "hello"}, done, "Starting MaskDrape", undo=False)


def forget() -> None:
    _said.clear()
