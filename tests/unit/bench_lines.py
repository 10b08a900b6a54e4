"""Asking the bench in tests: in this process, or in one of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.bench.serve import serve

START = [sys.executable, "-c", "from pipeline.run import main; main(['bench'])"]


def answers(*requests: dict | bytes) -> list[dict]:
    """All that the bench says to these lines, after its greeting."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in requests]
    said: list[dict] = []
    serve(lines, lambda answer: said.append(json.loads(json.dumps(answer, allow_nan=False))))
    assert said[0]["event"] == "ready" and said[0]["protocol"] == 1
    return said[1:]


def result(request: dict) -> dict:
    """Of a request that is done."""
    *_, last = answers(request)
    assert last["event"] == "done", last
    return last["result"]


def refusal(request: dict) -> str:
    """The words of a request that is refused."""
    *_, last = answers(request)
    assert last["event"] == "refused", last
    return "\n".join(last.get("problems", [last["reason"]]))


def start() -> subprocess.Popen:
    return subprocess.Popen(
        START, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ask(bench: subprocess.Popen, request: dict) -> list[dict]:
    """What a running bench says to a request, up to its last answer."""
    bench.stdin.write(json.dumps(request) + "\n")
    bench.stdin.flush()
    said = []
    while not said or said[-1]["event"] in ("ready", "progress"):
        said.append(json.loads(bench.stdout.readline()))
    return said


def astronaut_job(folder: Path) -> dict:
    """A request's common part: a folder with a table of one photo in the public domain."""
    data = pytest.importorskip("skimage.data")
    from PIL import Image

    portrait = Image.fromarray(data.astronaut()[:310, 80:390]).resize((256, 256), Image.Resampling.LANCZOS)
    portrait.save(folder / "portrait.png")
    with (folder / "photos.csv").open("w", newline="") as table:
        csv.writer(table).writerows([("path", "identity"), ("portrait.png", "eileen")])
    config = {"photos": {"table": "photos.csv"}, "output": "out", "render": {"samples": 2}}
    return {"folder": str(folder), "config": config, "photo": "portrait.png"}
