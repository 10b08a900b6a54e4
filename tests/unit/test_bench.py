"""The bench: every line one last answer, and nothing but answers on its standard output."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from bench_lines import START, answers, ask, astronaut_job, refusal, result, start

from pipeline.bench.kept import KEPT, keep_arrays, sweep
from pipeline.bench.requests import NAMES
from pipeline.bench.schema import schema
from pipeline.bench.serve import MOST_BYTES, PLACES, plain
from pipeline.dataset.forget.forgotten import add_forgotten
from pipeline.masks.library import design_names, load_design, open_library

PARAMETERS = Path(__file__).parents[2] / "blender_addon" / "mask" / "parameters.json"
JOB = {"folder": "/", "config": {}, "photo": "a.png"}


@pytest.mark.parametrize(
    ("line", "identifier", "words"),
    [
        (b"nonsense", None, "not a line of JSON"),
        (b'{"id": 1, "do": "hello"', None, "not a line of JSON"),
        (b'"hello"', None, "a request is a JSON object"),
        (b"[" * 100_000, None, "not a line of JSON"),
        (b'{"id": 1, "do": "hello\xff"}', None, "not a line of JSON"),
        (b'{"id": NaN, "do": "hello"}', None, "NaN is not a number"),
        (b'{"id": 7}', 7, "nothing is called None"),
        (b'{"id": "x", "do": "facs"}', "x", "did you mean faces?"),
        (b'{"id": 1, "do": ["faces"]}', 1, "nothing is called"),
        (b'{"id": 1, "do": "faces"}', 1, "faces: folder: Field required"),
        (b'{"id": {}, "do": "hello"}', None, "hello: id"),
        (b'{"id": 1, "do": "hello", "colour": 2}', 1, "hello: colour"),
        (b'{"id": 1, "do": "hello", "folder": "here"}', 1, "an absolute path is needed"),
        (json.dumps({"id": 1, "do": "drag", **JOB, "face": -1}).encode(), 1, "drag: face"),
        (json.dumps({"id": 1, "do": "drag", **JOB, "face": 0, "moves": [[1, 2]]}).encode(), 1, "drag: moves"),
        (json.dumps({"id": 1, "do": "drag", **JOB, "face": 0, "hold": ["nose"]}).encode(), 1, "drag: hold"),
        (json.dumps({"id": 1, "do": "composite", **JOB, "samples": 0}).encode(), 1, "composite: samples"),
        (b'{"id": 1, "do": "hello", "config": {"a": "' + b"x" * MOST_BYTES + b'"}}', None, "bytes; allowed"),
    ],
)
def test_what_is_no_request_is_refused_in_words_and_the_next_is_answered(line, identifier, words):
    *before, refused, last = answers(line, {"id": 99, "do": "schema"})
    assert not before
    assert refused["event"] == "refused" and refused["id"] == identifier and words in refused["reason"]
    assert last["event"] == "done" and last["id"] == 99


def test_there_is_a_function_for_every_request():
    assert set(NAMES) == set(PLACES)


def test_what_breaks_is_an_error_with_a_report(tmp_path, monkeypatch):
    from pipeline.bench import designs

    monkeypatch.setattr(designs, "_summary", lambda design: 1 / 0)
    (last,) = answers({"id": 5, "do": "hello"})
    assert last["event"] == "error" and "division by zero" in last["words"]
    assert "maskdrape" in last["report"] and '"do":"hello"' in last["report"]
    assert "ZeroDivisionError" in last["report"] and "_summary" in last["report"]


def test_what_is_not_finite_is_said_as_nothing():
    said = plain({"a": np.array([1.0, np.nan]), "b": (np.float32(0.5), float("inf")), "c": np.int32(3)})
    assert said == {"a": [1.0, None], "b": [0.5, None], "c": 3}


def test_designs_faces_and_flat_masks_do_without_blender(tmp_path):
    job = astronaut_job(tmp_path)
    document = result({"id": 1, "do": "design", "name": "surgical"})["document"]
    requests = [
        {"id": 1, "do": "hello"},
        {"id": 2, "do": "design", "name": "kn95"},
        {"id": 3, "do": "flat", "folder": str(tmp_path), "document": document, "size": "M"},
        {"id": 4, "do": "faces", **job},
        {"id": 5, "do": "schema"},
    ]
    code = (
        "import sys; from pipeline.bench.serve import serve\n"
        "serve(sys.stdin.buffer, lambda a: print(a.get('id'), a['event']))\n"
        "assert 'bpy' not in sys.modules"
    )
    text = "".join(json.dumps(request) + "\n" for request in requests)
    ran = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    done = [line for line in ran.stdout.splitlines() if line.endswith("done")]
    assert done == [f"{number} done" for number in range(1, 6)]


def test_all_designs_are_told_and_what_is_wrong_with_one_does_not_hide_the_others(tmp_path):
    library = tmp_path / "designs"
    library.mkdir()
    (library / "mine.yaml").write_text("title: 3\nlicence: CC0-1.0\n")
    told = result(
        {"id": 1, "do": "hello", "folder": str(tmp_path), "config": {"masks": {"library": "designs"}}}
    )
    assert [one["name"] for one in told["designs"]] == list(design_names())
    assert any(line.startswith("mine.yaml") for line in told["missing"])
    for one in told["designs"]:
        design = load_design(one["name"])
        assert one["built_in"] and one["author"] == "MaskDrape contributors"
        assert one["sizes"] == list(design.sizes) and one["colours"] == list(design.material.colours)
    gone = {"id": 1, "do": "hello", "folder": str(tmp_path), "config": {"masks": {"library": "nowhere"}}}
    assert any("no such folder" in line for line in result(gone)["missing"])


def areas(vertices, faces):
    one, two = (vertices[faces[:, k]] - vertices[faces[:, 0]] for k in (1, 2))
    return np.linalg.norm(np.cross(one, two), axis=1) / 2


@pytest.mark.parametrize("name", design_names())
def test_a_mask_lies_flat_in_the_size_that_is_asked_for(name, tmp_path):
    document = result({"id": 1, "do": "design", "name": name})["document"]
    for size, box in document["sizes"].items():
        asked = {"id": 1, "do": "flat", "folder": str(tmp_path), "document": document, "size": size}
        with np.load(result(asked)["file"]) as flat:
            vertices, faces, uv, parts = (flat[key] for key in ("vertices", "faces", "uv", "parts"))
        assert np.isfinite(vertices).all() and faces.min() == 0 and faces.max() == len(vertices) - 1
        assert len(faces) == len(parts) == len(uv) and (areas(vertices, faces) > 1e-10).all()
        if document["construction"]["kind"] != "panels":
            wide, high = np.ptp(vertices[:, :2], axis=0)
            assert wide == pytest.approx(box["width_mm"] / 1000, rel=0.01)
            assert high == pytest.approx(box["height_mm"] / 1000, rel=0.01)


def test_a_deeper_pleat_hides_more_cloth(tmp_path):
    document = result({"id": 1, "do": "design", "name": "surgical"})["document"]
    cloth = []
    for depth in (8.0, 14.0):
        document["construction"]["pleats"]["depth_mm"] = depth
        asked = {"id": 1, "do": "flat", "folder": str(tmp_path), "document": document, "size": "L"}
        with np.load(result(asked)["file"]) as flat:
            cloth.append(areas(flat["vertices"], flat["faces"]).sum())
    # Three pleats, each twice as deep, 175 mm wide.
    assert cloth[1] - cloth[0] == pytest.approx(3 * 2 * 0.006 * 0.175, rel=0.02)


def test_a_document_with_a_mistake_is_refused_with_its_place(tmp_path):
    document = result({"id": 1, "do": "design", "name": "surgical"})["document"]
    document["construction"]["pleats"]["depth_mm"] = 99
    document["wires"] = 3
    asked = {"id": 1, "do": "flat", "folder": str(tmp_path), "document": document, "size": "L"}
    words = refusal(asked)
    assert "construction.pleats.depth_mm" in words and "wires: unknown key" in words and "line" not in words
    assert "there is no size XS; there are: S, M, L" in refusal(
        {**asked, "document": load_design("surgical").model_dump(mode="json"), "size": "XS"}
    )


def test_a_saved_design_is_the_same_design(tmp_path):
    for name in ("surgical", "n95_valve", "bandana"):
        document = result({"id": 1, "do": "design", "name": name})["document"]
        document |= {"author": "A. Maker", "licence": "CC-BY-4.0"}
        saved = {"id": 1, "do": "save_design", "library": str(tmp_path), "name": f"my_{name}"}
        path = result({**saved, "document": document})["path"]
        assert Path(path).is_file()
        config = {"masks": {"library": str(tmp_path)}}
        asked = {"id": 1, "do": "design", "name": f"my_{name}", "folder": str(tmp_path), "config": config}
        assert result(asked)["document"] == document
    assert load_design("my_bandana", open_library(tmp_path)).author == "A. Maker"


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"author": " "}, "mine", "author: missing"),
        ({"licence": ""}, "mine", "licence: missing"),
        ({}, "surgical", "built-in"),
        ({}, "../mine", "allowed: small letters"),
        ({}, "Mine", "allowed: small letters"),
        ({"sizes": {}}, "mine", "sizes"),
    ],
)
def test_a_design_that_should_not_be_saved_is_not(change, name, words, tmp_path):
    document = result({"id": 1, "do": "design", "name": "surgical"})["document"] | change
    asked = {"id": 1, "do": "save_design", "library": str(tmp_path / "own"), "name": name}
    assert words in refusal({**asked, "document": document})
    assert not list(tmp_path.rglob("*"))


def parameters() -> list[dict]:
    told = schema()
    return [*(one for kind in told["kinds"].values() for one in kind), *told["common"]]


@pytest.mark.skipif(not PARAMETERS.parent.exists(), reason="no add-on beside the package")
def test_the_add_on_has_todays_parameters():
    """python tools/addon_parameters.py makes them anew."""
    assert json.loads(PARAMETERS.read_text()) == json.loads(json.dumps(schema()))


def test_every_parameter_has_a_sentence_and_a_slider_that_stays_within_what_is_allowed():
    for one in parameters():
        tip = one["tip"]
        assert 20 < len(tip) < 240 and tip.endswith(".") and tip[0].isupper(), one["path"]
        assert (
            ". " not in tip and one["label"] and one["unit"] in ("mm", "g/m2", "degrees", "fraction", "none")
        )
        if "min" in one:
            assert one["soft_min"] < one["soft_max"], one["path"]
            assert one["min"] is None or one["min"] <= one["soft_min"], one["path"]
            assert one["max"] is None or one["soft_max"] <= one["max"], one["path"]


WITHOUT = ("construction.kind", "construction.drawn_for", "construction.seams", "construction.loops_from",
           "construction.outline", "fasteners.kind")  # fmt: skip
GEOMETRY = ("cut", "top", "bottom", "inner", "outer")  # of panels: drawn, not slid


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    else:
        yield path, value


def matches(path: tuple[str, ...], pattern: str) -> bool:
    parts = pattern.split(".")
    return len(parts) == len(path) and all(p in ("*", q) for p, q in zip(parts, path, strict=True))


@pytest.mark.parametrize("name", design_names())
def test_whatever_a_design_says_has_a_parameter(name):
    patterns = [one["path"] for one in parameters()]
    document = load_design(name).model_dump(mode="json", exclude={"name"})
    for path, value in leaves(document):
        place = ".".join(path)
        if place in WITHOUT or (path[1:2] == ("panels",) and path[3] in GEOMETRY):
            continue
        # A part that this design lacks, or a mapping that is empty.
        if value is None and any(pattern.startswith(f"{place}.") for pattern in patterns):
            continue
        assert any(matches(path, pattern) for pattern in patterns), place


def test_faces_are_told_with_all_that_a_viewport_needs(tmp_path):
    job = astronaut_job(tmp_path)
    told = result({"id": 1, "do": "faces", **job})
    assert told["photo"]["width"] == told["photo"]["height"] == 256
    (face,) = told["faces"]
    assert face["verdict"] == "ok" and face["reason"] == "" and abs(face["yaw_pitch_roll_deg"][0]) < 15
    assert {"ambient", "lamps", "around"} <= face["light"].keys()
    with np.load(face["file"]) as arrays:
        assert arrays["triangles"].max() == len(arrays["vertices"]) - 1
        seen = arrays["on_head"]
        image = face["focal_px"] * seen[:, :2] / seen[:, 2:] + 128
        off = np.linalg.norm(image - arrays["landmarks"], axis=1)
        assert np.median(off) < 2  # px: the head lies where the landmarks are
    again = result({"id": 2, "do": "faces", **job})
    assert again == told
    # The light that is told can be given as it is.
    lit = {**job, "config": {**job["config"], "light": face["light"]}}
    assert result({"id": 3, "do": "faces", **lit})["faces"][0]["box"] == face["box"]


def test_a_photo_that_is_not_to_be_had_is_refused_in_words(tmp_path):
    job = astronaut_job(tmp_path)

    def words(**changes):
        return refusal({"id": 1, "do": "faces", **job, **changes})

    assert "no photo is called other.png" in words(photo="other.png")
    assert "no such folder" in words(folder=str(tmp_path / "gone"))
    assert "photos.table = x.csv: no such file" in words(
        config={"photos": {"table": "x.csv"}, "output": "out"}
    )
    assert "output: missing" in words(config={"photos": {"table": "photos.csv"}})
    table = tmp_path / "photos.csv"
    table.write_text("path,identity\nportrait.png,eileen\ngone.png,nobody\nwall.png,wall\n")
    assert "cannot read the file" in words(photo="gone.png")
    (tmp_path / "wall.png").write_bytes(b"no picture")
    assert "not an image" in words(photo="wall.png")
    assert result({"id": 1, "do": "faces", **job}) and list(tmp_path.glob(".bench/*.npz"))
    add_forgotten(tmp_path / "out" / ".maskdrape", ["eileen"], [], [])
    assert "forgotten on request" in words()
    assert not list(tmp_path.glob(".bench/*"))


def test_a_photo_that_is_alone_needs_no_name(tmp_path):
    job = astronaut_job(tmp_path)
    named = result({"id": 1, "do": "faces", **job})
    del job["photo"]
    assert result({"id": 1, "do": "faces", **job}) == named
    (tmp_path / "photos.csv").write_text("path,identity\nportrait.png,eileen\nother.png,x\n")
    assert "there are 2 photos" in refusal({"id": 1, "do": "faces", **job})
    (tmp_path / "photos.csv").write_text("path,identity\n")
    assert "no photo in photos.table" in refusal({"id": 1, "do": "faces", **job})


def test_a_configurations_file_is_read_as_it_is(tmp_path):
    file = tmp_path / "job.yaml"
    file.write_text("photos: {folder: people}  # not there\noutput: out\nmasks: {designs: {kn95: 2}}\n")
    told = result({"id": 1, "do": "read_config", "path": str(file)})
    assert told["config"] == {
        "photos": {"folder": "people"},
        "output": "out",
        "masks": {"designs": {"kn95": 2}},
    }
    file.write_text("photos: {folder: people}\nouput: out\n")
    words = refusal({"id": 1, "do": "read_config", "path": str(file)})
    assert "job.yaml: output: missing" in words and "did you mean output?" in words
    file.write_text("photos: [")
    assert "job.yaml line" in refusal({"id": 1, "do": "read_config", "path": str(file)})
    assert "cannot be read" in refusal({"id": 1, "do": "read_config", "path": str(tmp_path / "gone.yaml")})


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    job = astronaut_job(tmp_path)
    (tmp_path / ".bench").write_text("no folder")
    assert ".bench" in refusal({"id": 1, "do": "faces", **job})


def test_standard_output_holds_answers_alone_and_its_end_ends_the_process_after_the_work(tmp_path):
    job = astronaut_job(tmp_path)
    text = json.dumps({"id": 1, "do": "faces", **job}) + "\n" + '{"id": 2, "do": "hello"}'
    ran = subprocess.run(START, input=text.encode(), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    said = [json.loads(line) for line in ran.stdout.decode().splitlines()]
    assert said[0]["event"] == "ready" and [one["id"] for one in said if one["event"] == "done"] == [1, 2]


def test_a_bench_to_which_nobody_listens_ends():
    bench = start()
    json.loads(bench.stdout.readline())
    bench.stdout.close()
    bench.stdin.write('{"id": 1, "do": "hello"}\n')
    bench.stdin.flush()
    assert bench.wait(timeout=60) == 1
    said = bench.stderr.read()
    assert "nobody listens" in said and "Traceback" not in said
    bench.stderr.close()


def test_a_bench_that_is_killed_at_work_leaves_nothing_half_done(tmp_path):
    job = astronaut_job(tmp_path)
    bench = start()
    json.loads(bench.stdout.readline())
    bench.stdin.write(json.dumps({"id": 1, "do": "faces", **job}) + "\n")
    bench.stdin.flush()
    assert json.loads(bench.stdout.readline())["event"] == "progress"
    bench.kill()
    bench.communicate()
    left = [path for path in tmp_path.rglob("*.npz") if ".part" not in path.name]
    for path in left:
        with np.load(path) as arrays:
            assert arrays.files
    assert result({"id": 1, "do": "faces", **job})["faces"][0]["verdict"] == "ok"


def test_two_benches_in_one_folder_say_the_same(tmp_path):
    job = astronaut_job(tmp_path)
    benches, said = [start(), start()], [[], []]

    def work(number: int) -> None:
        json.loads(benches[number].stdout.readline())
        for index in range(3):
            said[number].append(ask(benches[number], {"id": index, "do": "faces", **job})[-1])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for bench in benches:
        bench.communicate()
        assert bench.returncode == 0
    assert said[0] == said[1] and all(one["event"] == "done" for one in said[0])
    with np.load(said[0][0]["result"]["faces"][0]["file"]) as arrays:
        assert len(arrays["vertices"])
    assert not list(tmp_path.rglob("*.part"))


def test_arrays_are_kept_by_content_for_a_day(tmp_path):
    one = keep_arrays(tmp_path, "a", values=np.arange(3))
    assert keep_arrays(tmp_path, "a", values=np.arange(3)) == one
    other = keep_arrays(tmp_path, "a", values=np.arange(4))
    assert other != one
    written = Path(one).stat().st_mtime
    sweep(tmp_path, written + KEPT / 2)
    assert Path(one).exists()
    sweep(tmp_path, written + KEPT * 2)
    assert not Path(one).exists() and not Path(other).exists()
