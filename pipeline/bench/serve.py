"""One request after the other, each with exactly one last answer, until there are no more lines."""

from __future__ import annotations

import json
import math
import platform
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

import numpy as np

from pipeline import __version__
from pipeline.bench.requests import PROTOCOL, BadRequest, Request, read_request
from pipeline.recipe import ConfigError
from pipeline.records import Rejected

Say = Callable[[Mapping[str, Any]], None]
"""Takes one answer."""
Tell = Callable[..., None]
"""Tells how far the work has come: tell("words", done=3, of=9, file="...")."""
Handler = Callable[[Any, Tell], Mapping[str, Any]]
"""Does one request; what it returns is the result."""

PLACES = {
    "hello": "designs",
    "design": "designs",
    "schema": "designs",
    "save_design": "designs",
    "flat": "flat",
    "faces": "faces",
    "drag": "drag",
    "draw": "worn",
    "drape": "worn",
    "composite": "worn",
    "read_config": "configs",
}
"""In which module of this package the function is that does a request of its name."""
MOST_BYTES = 8 * 2**20  # bytes of one request's line at most


def serve(lines: Iterable[bytes], say: Say) -> None:
    """Answer every line in turn. ``say`` may raise OSError when nobody listens any more: that ends it."""
    say({"event": "ready", "version": __version__, "blender": blender_version(), "protocol": PROTOCOL})
    for line in lines:
        if line.strip():
            say(answer(line, say))


def answer(line: bytes, say: Say) -> dict[str, Any]:
    """The last answer to one line; those on the way go to ``say``."""
    try:
        if len(line) > MOST_BYTES:
            raise BadRequest(f"a request of {len(line)} bytes; allowed: {MOST_BYTES}")
        request = read_request(line)
    except BadRequest as error:
        return {"id": error.identifier, "event": "refused", "reason": str(error)}

    def tell(words: str, done: int | None = None, of: int | None = None, file: str | None = None) -> None:
        values = {"words": words, "done": done, "of": of, "file": file}
        known = {name: value for name, value in values.items() if value is not None}
        say({"id": request.id, "event": "progress", **known})

    return {"id": request.id, **_outcome(request, tell)}


def _outcome(request: Request, tell: Tell) -> dict[str, Any]:
    from pipeline.faces.detect.detection import BackendError
    from pipeline.masks.library import DesignError
    from pipeline.run import missing

    try:
        return {"event": "done", "result": plain(_handler(request.do)(request, tell))}
    except BrokenPipeError:
        raise
    except Rejected as refusal:
        if _foreseen(refusal):
            return {"event": "refused", "reason": refusal.reason, "stage": refusal.stage}
        return _error(request, refusal)
    except ConfigError as error:
        return _problems(error.problems)
    except DesignError as error:
        return _problems(str(error).splitlines())
    except BackendError as error:
        return _problems([str(error)])
    except ImportError as error:
        return _problems([missing(error)])
    except OSError as error:
        return _problems([f"{error.filename or 'a file'}: {error.strerror or error}"])
    except Exception as error:
        return _error(request, error)


def _handler(name: str) -> Handler:
    """Imported on use: Blender takes its time to load, and most requests do without."""
    handler: Handler = getattr(import_module(f"pipeline.bench.{PLACES[name]}"), name)
    return handler


def _foreseen(refusal: Rejected) -> bool:
    """Whether no step broke: `pipeline.flow.guarded` makes refusals of what breaks, too."""
    return refusal.__cause__ is None or "unexpected " not in refusal.reason


def _problems(problems: Iterable[str]) -> dict[str, Any]:
    known = list(problems)
    return {"event": "refused", "reason": known[0], "problems": known}


def _error(request: Request, error: BaseException) -> dict[str, Any]:
    said = error.reason if isinstance(error, Rejected) else f"unexpected {type(error).__name__}: {error}"
    report = "\n".join(
        (
            f"maskdrape {__version__}, Blender {blender_version() or 'none'}, "
            f"Python {platform.python_version()}, {platform.platform()}",
            f"request: {request.model_dump_json(exclude_defaults=True)}",
            "".join(traceback.format_exception(error)).rstrip(),
        )
    )
    return {"event": "error", "words": said, "report": report}


def blender_version() -> str:
    """Of the Blender that would be used, without loading it; "" where there is none."""
    if bpy := sys.modules.get("bpy"):
        return str(bpy.app.version_string)
    from importlib.metadata import PackageNotFoundError, version

    with suppress(PackageNotFoundError):
        return version("bpy")
    return ""


def line_of(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Values that JSON can say: arrays become lists, what is not finite becomes None."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
