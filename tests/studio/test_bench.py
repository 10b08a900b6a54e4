"""The bench with Blender: what it shows is what a run of the same configuration makes, to the last bit."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from bench_lines import answers, ask, astronaut_job, refusal, result, start
from PIL import Image

pytest.importorskip("bpy")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def job(tmp_path_factory) -> dict:
    return astronaut_job(tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="module")
def draped(job) -> list[dict]:
    return answers({"id": 1, "do": "drape", **job})


def test_a_drape_is_shown_frame_by_frame_and_comes_to_rest(job, draped):
    *told, last = draped
    shown = [one for one in told if "file" in one]
    assert len(shown) > 10 and all(one["event"] == "progress" for one in told)
    assert [one["done"] for one in shown] == sorted(one["done"] for one in shown)
    assert all(0 < one["done"] <= one["of"] for one in shown)
    moved = []
    for before, after in pairwise(shown):
        with np.load(before["file"]) as one, np.load(after["file"]) as other:
            assert np.isfinite(one["vertices"]).all() and one["faces"].max() < len(one["vertices"])
            moved.append(np.linalg.norm(other["vertices"] - one["vertices"], axis=1).mean())
    assert moved[-1] < 0.1 * moved[0]
    done = last["result"]
    assert done["design"] == "surgical" and done["wearing"] == "correct" and not done["from_cache"]
    with np.load(done["file"]) as worn:
        assert np.isfinite(worn["vertices"]).all() and worn["uv"].shape == (len(worn["faces"]), 3, 2)
        assert np.allclose(worn["rotation"] @ worn["rotation"].T, np.eye(3)) and worn["translation"][2] > 0.2
        # Head frame: before the face, between eyes and chin.
        middle = np.median(worn["vertices"], axis=0)
        assert abs(middle[0]) < 0.02 and -0.12 < middle[1] < 0
    for check in done["checks"]:
        assert check["state"] in ("good", "near") and check["words"]
        assert check["limit"] is None or check["value"] <= check["limit"]
    assert {"penetration_mm", "bridge_gap_mm", "p99_stretch"} <= {one["name"] for one in done["checks"]}


def test_a_second_time_it_is_there_at_once(job, draped):
    again = answers({"id": 2, "do": "drape", **job})
    assert not any("file" in one for one in again[:-1])
    assert again[-1]["result"] == {**draped[-1]["result"], "from_cache": True}


def test_what_is_drawn_is_what_is_draped(job, draped):
    drawn = result({"id": 1, "do": "draw", **job})
    assert drawn["choice"]["design"] == "surgical" and drawn["choice"]["size"] == draped[-1]["result"]["size"]
    locked = {**job["config"], "masks": {"colours": {"pink": 1.0}}}
    assert result({"id": 1, "do": "draw", **job, "config": locked})["material"]["colour_name"] == "pink"
    other = {**job["config"], "seed": 1}
    assert result({"id": 1, "do": "draw", **job, "config": other})["material"] != drawn["material"]


def run(job: dict, output: str, **changes) -> dict[str, bytes]:
    """Images that a run writes to an output of its own, by their names."""
    folder = Path(job["folder"])
    file = folder / f"{output}.yaml"
    file.write_text(json.dumps({**job["config"], **changes, "output": output}))
    code = f"from pipeline.run import main; main(['run', {str(file)!r}])"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return {path.stem: path.read_bytes() for path in (folder / output).glob("images/**/*.png")}


def drapes(folder: Path) -> set[str]:
    """Hashes of the cache's files that hold worn masks."""
    found = set()
    for path in folder.glob(".maskdrape/cache/*/*.npz"):
        with np.load(path) as arrays:
            if "upper_edge" in str(arrays["head"]):
                found.add(hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def test_the_picture_is_that_of_a_run_which_shares_nothing_with_it(job, draped):
    light = {"ambient": [0.2, 0.2, 0.3], "lamps": [{"towards": [1, -1, -1], "irradiance": [0.8, 0.7, 0.6]}]}
    for changes in ({}, {"light": light}):
        asked = {**job, "config": {**job["config"], **changes}}
        made = result({"id": 1, "do": "composite", **asked})
        pictures = run(job, f"run{len(changes)}", **changes)
        assert pictures == {made["sample_id"]: Path(made["image"]).read_bytes()}
        photo = np.asarray(Image.open(Path(job["folder"]) / job["photo"]))
        picture, matte = (np.asarray(Image.open(made[name])) for name in ("image", "matte"))
        x0, y0, x1, y1 = made["box"]
        assert matte.shape == photo.shape[:2] and matte[y0:y1, x0:x1].max() == 255
        assert (picture != photo)[matte == 255].any()
    # The solver that was watched and the one that was not.
    folder = Path(job["folder"])
    assert drapes(folder / "out") == drapes(folder / "run0") and len(drapes(folder / "out")) == 1


def test_a_preview_has_its_own_samples(job, draped):
    whole, preview = (
        result({"id": 1, "do": "composite", **job, **samples}) for samples in ({}, {"samples": 1})
    )
    assert whole["sample_id"] == preview["sample_id"] and whole["matte"] == preview["matte"]
    assert Path(whole["image"]).read_bytes() != Path(preview["image"]).read_bytes()


def test_a_mask_that_cannot_be_worn_is_refused_in_words_and_so_are_unknown_ones(job, draped):
    folder = Path(job["folder"])
    document = result({"id": 1, "do": "design", "name": "surgical"})["document"]
    document["fabric"]["most_stretch"] = 0.0001
    saved = {"id": 2, "do": "save_design", "library": str(folder / "designs"), "name": "stiff"}
    result({**saved, "document": document})

    def words(masks: dict) -> str:
        return refusal({"id": 3, "do": "drape", **job, "config": {**job["config"], "masks": masks}})

    assert "stretched by" in words({"library": "designs", "designs": {"stiff": 1.0}})
    assert "'stiff'" in words({"designs": {"stiff": 1.0}})
    assert "masks.wearing.upside_down" in words({"wearing": {"upside_down": 1.0}})
    (folder / "designs" / "wrong.yaml").write_text("title: nothing else\n")
    assert "wrong.yaml line" in words({"library": "designs", "designs": {"wrong": 1.0}})


def test_a_bench_that_is_killed_while_it_drapes_costs_the_drape_alone(job, draped):
    asked = {"id": 1, "do": "drape", **job, "config": {**job["config"], "seed": 5}}
    bench = start()
    json.loads(bench.stdout.readline())
    bench.stdin.write(json.dumps(asked) + "\n")
    bench.stdin.flush()
    while "done" not in json.loads(bench.stdout.readline()):
        continue
    bench.kill()
    bench.communicate()
    bench = start()
    json.loads(bench.stdout.readline())
    last = ask(bench, asked)[-1]
    assert last["event"] == "done" and not last["result"]["from_cache"]
    bench.communicate()
    assert bench.returncode == 0
