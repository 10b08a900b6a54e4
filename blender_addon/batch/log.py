"""What a run has written of itself: ``maskdrape run --log json``, a line an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Progress:
    """As far as the log has been read; ``read`` bytes of it."""

    read: int = 0
    done: int = 0
    of: int = 0
    samples: int = 0
    rate: float = 0.0  # samples a minute
    remaining: float = -1.0  # s; below 0: not known
    finished: bool = False
    rejects: list[Mapping[str, Any]] = field(default_factory=list)


def follow(log: Path, known: Progress) -> Progress:
    """``known`` brought up to the log's last whole line; begun anew where another run has begun the file."""
    try:
        size = log.stat().st_size
        if size < known.read:
            known = Progress()
        with log.open("rb") as file:
            file.seek(known.read)
            text = file.read(size - known.read)
    except OSError:
        return known
    whole = text[: text.rfind(b"\n") + 1]
    known.read += len(whole)
    for line in whole.splitlines():
        if line.startswith(b"{"):
            _take(known, json.loads(line))
    return known


def _take(known: Progress, event: Mapping[str, Any]) -> None:
    if event["event"] == "started":
        known.done, known.of = event["done"], event["of"]
    elif event["event"] == "photo":
        known.done, known.of = event["done"], event["of"]
        known.samples += event["samples"]
        known.rate = event["samples_per_minute"] or 0.0
        known.remaining = -1.0 if event["remaining_s"] is None else event["remaining_s"]
        known.rejects += event["rejects"]
    else:
        known.finished, known.remaining = True, 0.0


def duration(seconds: float) -> str:
    """In words as short as a label: "40 s", "12 min", "3 h 05 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
