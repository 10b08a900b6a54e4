"""A run as JSON lines, one event each: for whoever watches many runs at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from pipeline.farm.local import Event, Finished, PhotoDone, Started


def told(events: Iterable[Event], stream: TextIO, output: Path, shard: tuple[int, int]) -> Iterator[Event]:
    """The same events, each also written to ``stream`` as a line of JSON and flushed.

    ``event`` is started, photo or finished; ``seconds`` since the start; a photo's line says how many are
    done ``of`` how many, ``samples_per_minute`` and ``remaining_s`` (null before it can be told).
    """
    began, done, total, before, samples = time.monotonic(), 0, 0, 0, 0
    for event in events:
        seconds = time.monotonic() - began
        line: dict[str, Any] = {"seconds": round(seconds, 1), "shard": f"{shard[0]}/{shard[1]}"}
        if isinstance(event, Started):
            done = before = event.done
            total = event.photos
            began = time.monotonic()
            notes = event.note.splitlines()
            line |= {"event": "started", "output": str(output), "of": total, "done": done, "notes": notes}
        elif isinstance(event, PhotoDone):
            done += 1
            samples += event.samples
            here = done - before
            line |= {
                "event": "photo",
                "photo": event.name,
                "faces": event.faces,
                "flagged": event.flagged,
                "samples": event.samples,
                "rejects": [dict(row) for row in event.rejects],
                "done": done,
                "of": total,
                "samples_per_minute": round(60 * samples / seconds, 2) if seconds > 0 else None,
                "remaining_s": round(seconds / here * (total - done), 1) if seconds > 0 else None,
            }
        else:
            line |= {"event": "finished", **_tables(event)}
        print(json.dumps(line, ensure_ascii=False), file=stream, flush=True)
        yield event


def _tables(event: Finished) -> dict[str, Any]:
    """What this process made, and what stands in the data set; null where others are still at work in it."""
    tables = event.tables
    whole = None
    if tables is not None:
        whole = {
            "samples": len(tables.samples),
            "rejects": len(tables.rejects),
            "faces": tables.faces,
            "flagged": tables.flagged,
            "unfinished_photos": tables.unfinished,
            "removed": tables.removed,
        }
    return {"made": event.made_here, "rejected": event.rejected_here, "data_set": whole}
