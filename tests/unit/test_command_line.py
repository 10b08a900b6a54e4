"""What surrounds a run on the command line: plans, progress for people and for machines, help, completion."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest
import typer
from tiny_data_set import tiny_data_set, tiny_job, tiny_stages

from pipeline.cli.app import app, invoke
from pipeline.cli.doctor import EXTRAS
from pipeline.cli.job import make
from pipeline.cli.log import told
from pipeline.cli.plan import drapes_of_a_face, finished, plan
from pipeline.cli.progress import show
from pipeline.farm.local import run
from pipeline.photos.listing import list_table

ROOT = Path(__file__).resolve().parents[2]


def test_a_plan_measures_what_is_finished(tmp_path):
    folder = tiny_data_set(tmp_path, identities=2, photos=2, variants=4)
    for number, image in enumerate(sorted(folder.glob("images/*/*.png"))):
        pause = 10_000 if number > 8 else 0  # stopped once; a pause is no work
        os.utime(image, (0, 1_700_000_000 + 3 * number + pause))
    done = finished(folder)
    files = [path for top in ("images", "labels") for path in (folder / top).rglob("*") if path.is_file()]
    assert done.samples == 16 and done.seconds == pytest.approx(3)
    assert done.size == pytest.approx(sum(path.stat().st_size for path in files) / 16)
    job = tiny_job(tmp_path, 2, 2, 6)
    lines = plan(job, list_table(tmp_path / "people.csv"))
    assert lines[0].startswith("samples: 30") and lines[0].endswith("this output has 16 already")
    assert "as the finished ones have" in lines[1] and lines[2] == (
        "time: about 42 s for the rest, 3.0 s a sample as up to now"
    )


def test_a_plan_says_when_the_disk_is_too_small(tmp_path, monkeypatch):
    job = tiny_job(tmp_path, 2, 1, 1, masks={"designs": {"surgical": 1, "kn95": 1}, "drapes": 3})
    entries = list_table(tmp_path / "people.csv")
    assert drapes_of_a_face(job) == 6 and finished(job.output) is None
    assert "NOT ENOUGH" not in plan(job, entries)[1]
    Usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1, 0, 1000))
    assert plan(job, entries)[1].endswith("free: 1 kB; NOT ENOUGH")


def test_progress_for_machines_is_a_line_of_json_an_event(tmp_path):
    job = tiny_job(tmp_path, 2, 1, 2, faceless=1)
    lines, people = io.StringIO(), io.StringIO()
    events = told(run(job, list_table(tmp_path / "people.csv"), tiny_stages()), lines, Path("out"), (1, 1))
    show(events, people)
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["event"] for line in found] == ["started", "photo", "photo", "photo", "finished"]
    assert [line.get("done") for line in found[:4]] == [0, 1, 2, 3] and {
        line.get("of") for line in found[:4]
    } == {3}
    assert found[3]["rejects"][0]["reason"] == "no face found"
    assert found[3]["remaining_s"] == 0 and found[1]["remaining_s"] > 0
    assert found[4]["data_set"]["samples"] == found[4]["made"] == 4
    assert "[3/3]" in people.getvalue() and "no face found" in people.getvalue()


def commands(group, name="maskdrape"):
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield f"{name} {word}", command
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_every_help_has_an_example():
    found = dict(commands(typer.main.get_command(app)))
    assert {"maskdrape run", "maskdrape masks show", "maskdrape preview", "maskdrape forget"} <= set(found)
    for name, command in found.items():
        assert f"Example: {name}" in (command.help or ""), name


def test_a_misspelt_command_is_set_right(capsys):
    assert invoke(["prevew", "out"]) == 2
    assert "Did you mean 'preview'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("maskdrape pre", "preview"), ("maskdrape run lf", "lfw"), ("maskdrape stats --js", "--json")],
)
def test_a_shell_can_complete_what_is_typed(typed, offered):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from pipeline.run import main; main(sys.argv[1:])"],
        env={**os.environ, **words, "_MASKDRAPE_COMPLETE": "complete_bash"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout.split() == [offered], ran.stderr


def test_doctor_knows_the_extras_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, (_, packages) in EXTRAS.items():
        named = [wanted.split(">")[0].split("=")[0].split("~")[0] for wanted in project[extra]]
        assert sorted(named) == sorted(packages)


@pytest.mark.parametrize("log", ["auto", "json", "text"])
def test_a_run_says_json_to_machines_and_words_to_people(tmp_path, monkeypatch, capfd, log):
    """Standard output is no terminal here. What libraries print is kept out of both."""
    job = tiny_job(tmp_path, 1, 1, 1, faceless=1)
    monkeypatch.setattr("pipeline.stages.real_stages", lambda *given: tiny_stages())
    assert make(job, log) == 3
    said = capfd.readouterr()
    people = said.out if log == "text" else said.err
    assert "samples: 1   rejected: 1" in people and "[2/2]" in said.err
    if log != "text":
        assert [json.loads(line)["event"] for line in said.out.splitlines()][-1] == "finished"
