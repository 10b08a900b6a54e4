"""Landmarks moved by hand and coefficients held: what the viewport shows is what the command line fits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bench_lines import astronaut_job, refusal, result

from pipeline.bench.drag import moved

GRID = np.stack(np.meshgrid(np.arange(0.0, 100, 5), np.arange(0.0, 100, 5)), -1).reshape(-1, 2)


def test_a_moved_landmark_takes_those_within_reach_along():
    after = moved(GRID, [(210, 53.0, 61.0)], 20)
    shift, away = after - GRID, np.linalg.norm(GRID - GRID[210], axis=1)
    assert after[210].tolist() == [53.0, 61.0]
    whole = GRID[210] - after[210]
    share = np.linalg.norm(shift, axis=1) / np.linalg.norm(whole)
    assert not share[away >= 20].any() and (share[(away > 0) & (away < 20)] > 0).all()
    order = np.argsort(away)
    assert (np.diff(share[order]) < 1e-12).all()


def test_without_reach_only_the_landmark_itself_moves_and_without_moves_none():
    after = moved(GRID, [(3, 1.0, 2.0)], 0)
    assert (np.flatnonzero((after != GRID).any(axis=1)) == [3]).all()
    assert moved(GRID, [], 50) is GRID


def test_each_of_several_moves_ends_in_its_place_and_none_between_goes_too_far():
    moves = [(0, 10.0, 0.0), (2, 20.0, 0.0)]  # 10 px apart, both by 10 px to the right
    after = moved(GRID, moves, 30)
    assert after[0].tolist() == [10.0, 0.0] and after[2].tolist() == [20.0, 0.0]
    assert after[1].tolist() == pytest.approx([15.0, 0.0])
    assert moved(GRID, [(0, 90.0, 0.0), (0, 10.0, 0.0)], 30)[0].tolist() == [10.0, 0.0]


@pytest.fixture(scope="module")
def job(tmp_path_factory) -> dict:
    return astronaut_job(tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="module")
def face(job) -> dict:
    return result({"id": 1, "do": "faces", **job})["faces"][0]


def arrays(face: dict) -> dict[str, np.ndarray]:
    with np.load(face["file"]) as file:
        return {name: file[name] for name in file.files}


def drag(job, **asked) -> dict:
    """The result, with the path alone of the landmarks' file."""
    dragged = result({"id": 1, "do": "drag", "face": 0, **job, **asked})
    if not asked.get("live"):
        assert dragged["landmarks"]["backend"] == "file"
        dragged["landmarks"] = dragged["landmarks"]["landmarks"]
    return dragged


def with_landmarks(job, path: str) -> dict:
    return {**job, "config": {**job["config"], "faces": {"backend": "file", "landmarks": path}}}


def nose_moves(face) -> list:
    x, y = arrays(face)["landmarks"][4]
    return [[4, float(x) + 5, float(y) + 2]]


def test_the_command_line_fits_the_head_that_was_dragged(job, face):
    dragged = drag(job, moves=nose_moves(face), reach_px=20)
    assert dragged["faces"][0]["yaw_pitch_roll_deg"][0] - face["yaw_pitch_roll_deg"][0] > 2
    again = with_landmarks(job, dragged["landmarks"])
    assert result({"id": 2, "do": "faces", **again}) == {k: v for k, v in dragged.items() if k != "landmarks"}

    from pipeline.cli.face_row import face_row
    from pipeline.config import FacesConfig, PhotosConfig
    from pipeline.faces.find import find_faces
    from pipeline.photos.load import load_photo
    from pipeline.records import PhotoSource

    folder = Path(job["folder"])
    config = FacesConfig(backend="file", landmarks=str(folder / dragged["landmarks"]))
    source = PhotoSource(str(folder / "portrait.png"), "portrait.png", "eileen")
    photo = load_photo(source, PhotosConfig(folder="."))
    (fitted,) = find_faces(photo, config)
    assert np.array_equal(fitted.vertices, arrays(dragged["faces"][0])["vertices"])
    assert face_row(photo, fitted)["verdict"] == dragged["faces"][0]["verdict"]


def test_while_it_is_dragged_the_head_is_the_one_that_comes_of_it_and_nothing_is_written(job, face):
    moves = nose_moves(face)
    before = set(Path(job["folder"]).glob("landmarks/*"))
    live = drag(job, moves=moves, reach_px=12, live=True)
    shown = arrays(live["faces"][0])["vertices"]
    assert set(Path(job["folder"]).glob("landmarks/*")) == before
    last = drag(job, moves=moves, reach_px=12)
    assert np.array_equal(shown, arrays(last["faces"][0])["vertices"])


def test_moves_go_on_from_the_last_and_earlier_files_stay_for_undoing(job, face):
    first = drag(job, moves=nose_moves(face), reach_px=20)
    again = with_landmarks(job, first["landmarks"])
    second = drag(again, moves=[[0, *map(float, arrays(first["faces"][0])["landmarks"][0] + 3)]], reach_px=5)
    there = arrays(second["faces"][0])["landmarks"]
    assert there[4].tolist() == pytest.approx(nose_moves(face)[0][1:])
    assert second["landmarks"] != first["landmarks"]
    assert result({"id": 2, "do": "faces", **again})["faces"] == first["faces"]


@pytest.mark.parametrize("hold", [["identity"], ["expression"], ["identity", "expression"]])
def test_what_is_held_stays_to_the_last_bit_and_the_rest_follows(job, face, hold):
    before = arrays(face)
    after = arrays(drag(job, moves=nose_moves(face), reach_px=20, hold=hold)["faces"][0])
    for name in ("identity", "expression"):
        assert np.array_equal(after[name], before[name]) == (name in hold)
    assert not np.allclose(after["rotation"], before["rotation"], atol=0.01)


def test_what_is_held_is_let_go_again(job, face):
    held = drag(job, moves=nose_moves(face), reach_px=20, hold=["identity"])
    free = drag(with_landmarks(job, held["landmarks"]), moves=[], hold=[])
    assert not np.array_equal(arrays(free["faces"][0])["identity"], arrays(face)["identity"])


def test_the_file_names_no_place_of_this_machine(job, face):
    absolute = {**job, "photo": str(Path(job["folder"]) / "portrait.png")}
    table = Path(job["folder"]) / "absolute.csv"
    table.write_text(f"path,identity\n{absolute['photo']},eileen\n")
    absolute["config"] = {**job["config"], "photos": {"table": "absolute.csv"}}
    path = drag(absolute, moves=[])["landmarks"]
    assert not Path(path).is_absolute()
    written = json.loads((Path(job["folder"]) / path).read_text())
    assert list(written) == ["portrait.png"]
    assert result({"id": 2, "do": "faces", **with_landmarks(absolute, path)})["faces"]


def test_other_photos_of_the_file_keep_their_landmarks(job, face):
    folder = Path(job["folder"])
    first = drag(job, moves=nose_moves(face), reach_px=20)["landmarks"]
    known = json.loads((folder / first).read_text())
    known["other.png"] = [[[1.0, 2.0]] * 68]
    (folder / "mine.json").write_text(json.dumps(known))
    second = drag(with_landmarks(job, "mine.json"), moves=[[0, 100.0, 100.0]], reach_px=5)["landmarks"]
    written = json.loads((folder / second).read_text())
    assert written["other.png"] == known["other.png"] and written["portrait.png"] != known["portrait.png"]


def test_moves_that_cannot_be_are_refused(job):
    def words(**asked):
        return refusal({"id": 1, "do": "drag", **job, **asked})

    assert "there is no face 4: 1 found" in words(face=4)
    assert "there is no landmark 468: 468 found" in words(face=0, moves=[[468, 1.0, 1.0]])
    assert "there is no landmark -1" in words(face=0, moves=[[-1, 1.0, 1.0]])
    assert "outside the photo" in words(face=0, moves=[[4, 1e8, 1.0]], reach_px=9000)
