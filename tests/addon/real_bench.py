"""MaskDrape itself behind the add-on, in the place of the bench that computes nothing."""

import sys


def use(monkeypatch):
    from blender_addon.connection import process

    monkeypatch.setattr(
        process, "command", lambda arguments: [sys.executable, str(process.WORKER), *arguments]
    )
