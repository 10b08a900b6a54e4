"""verify finds what was done to a data set, names it, and finds nothing in one to which nothing was done."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_data_set import tiny_data_set

from pipeline.cli.photos import photo_of
from pipeline.cli.verify import verify_data_set
from pipeline.dataset.images import save_png
from pipeline.dataset.read import DataSetError, rows
from pipeline.dataset.verify.folder import Problem, Verified, verify
from pipeline.dataset.verify.pixels import check_pixels, photo_check
from pipeline.exr import read_exr, write_exr


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("whole"), identities=2, photos=1)


@pytest.fixture
def data(whole, tmp_path) -> Path:
    shutil.copytree(whole.parent, tmp_path / "copy")
    return tmp_path / "copy" / "data"


def problems(data: Path) -> list[Problem]:
    photos = photo_check(photo_of(data, data.parent))
    found = list(verify(data, [check_pixels, photos]))
    assert sum(isinstance(one, Verified) for one in found)
    return [one for one in found if isinstance(one, Problem)]


def said(data: Path, sums: bool = False) -> set[tuple[str, str]]:
    """Kind and place of all problems; with ``sums``, once SHA256SUMS was made to fit what is there."""
    if sums:
        lines = (data / "SHA256SUMS").read_text().splitlines()
        places = [line[66:] for line in lines]
        new = (hashlib.sha256((data / place).read_bytes()).hexdigest() for place in places)
        (data / "SHA256SUMS").write_text(
            "".join(f"{sha}  {place}\n" for sha, place in zip(new, places, strict=True))
        )
    return {(one.kind, one.place) for one in problems(data)}


def test_nothing_is_wrong_with_what_the_run_wrote(data):
    assert problems(data) == []
    assert sum(isinstance(one, Verified) for one in verify(data)) == 4


def test_coreutils_reads_the_sums(data):
    import subprocess

    ran = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=data, capture_output=True)
    assert ran.returncode == 0 and ran.stdout.count(b": OK\n") == 4 * 11


@pytest.mark.parametrize(
    "name", ["matte.png", "depth.exr", "uv.exr", "masked_112.png", "sample.json", "image", "extent.png"]
)
def test_a_flipped_bit(data, name):
    row = list(rows(data))[3]
    place = row["image"] if name == "image" else f"{row['labels']}/{name}"
    bytes_ = bytearray((data / place).read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    (data / place).write_bytes(bytes_)
    assert ("changed", place) in said(data)
    assert all(row["sample_id"] in where for _, where in said(data))


def words(data: Path) -> dict[str, str]:
    """What is said of every place."""
    return {one.place: one.words for one in problems(data)}


def test_whose_files_those_are_is_said(data):
    one, *_, other = rows(data)
    names = [f"{row['labels']}/matte.png" for row in (one, other)]
    whose = [f"that of {row['sample_id']} ({row['identity']})" for row in (one, other)]
    mattes = [(data / name).read_bytes() for name in names]
    (data / names[0]).write_bytes(mattes[1])
    assert words(data) == {names[0]: f"belongs to another sample: it is {whose[1]}, byte for byte"}
    (data / names[1]).write_bytes(mattes[0])
    assert words(data) == {names[0]: f"is swapped with {whose[1]}", names[1]: f"is swapped with {whose[0]}"}
    (data / names[1]).write_bytes(mattes[0][:-20])
    found = words(data)
    assert found[names[0]].startswith("belongs to another sample")
    assert found[names[1]] == "is not what SHA256SUMS says: a bit or more of it changed"


def test_two_samples_that_were_swapped_whole(data, capsys):
    one, *_, other = rows(data)
    for key in ("image", "labels"):
        (data / one[key]).rename(data / "aside")
        (data / other[key]).rename(data / one[key])
        (data / "aside").rename(data / other[key])
    swapped = f"is swapped with that of {other['sample_id']} ({other['identity']})"
    assert words(data)[one["image"]] == swapped
    labels = f"{one['labels']}/sample.json"
    assert [each.words for each in problems(data) if each.place == labels] == [
        f"belongs to another sample, {other['sample_id']} of {other['identity']}", swapped,
    ]  # fmt: skip
    assert verify_data_set(data, None, False, False) == 3
    lines = [line for line in capsys.readouterr().out.splitlines() if line.endswith(swapped)]
    assert [line.split(":")[0] for line in lines] == [one["image"], f"{one['labels']}/"]


def test_labels_of_another_sample_are_named_though_the_sums_fit(data):
    one, *_, other = rows(data)
    place, owner = (f"{row['labels']}/depth.exr" for row in (one, other))
    shutil.copy(data / owner, data / place)
    said(data, sums=True)
    (found,) = [each.words for each in problems(data) if (each.kind, each.place) == ("label", place)]
    assert found.endswith(f"it is {owner}, of another sample")


@pytest.mark.parametrize("name", ["matte.png", "unmasked_112.png", "normals.exr", "image"])
@pytest.mark.parametrize("left", [0, 20, 300])
def test_pictures_that_cannot_be_decoded_are_said_so(data, name, left):
    row = next(rows(data))
    place = row["image"] if name == "image" else f"{row['labels']}/{name}"
    (data / place).write_bytes((data / place).read_bytes()[:left])
    said(data, sums=True)
    (found,) = [each for each in problems(data) if each.kind == "pixels"]
    assert (found.place, found.words) == (place, "is damaged or cut off: it cannot be decoded")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is readable for root")
def test_a_folder_that_cannot_be_read(data):
    row = next(rows(data))
    (data / row["labels"]).chmod(0)
    assert words(data)[row["labels"]] == "cannot be looked into: Permission denied"
    (data / row["labels"]).chmod(0o755)


def test_a_file_in_the_place_of_a_folder(data):
    row = next(rows(data))
    shutil.rmtree(data / row["labels"])
    (data / row["labels"]).write_text("")
    assert words(data)[row["labels"]] == "cannot be looked into: Not a directory"


def test_what_is_said_again_and_again_is_counted(data, capsys):
    for row in rows(data):
        shutil.rmtree(data / row["labels"])
    assert verify_data_set(data, None, False, False) == 3
    *lines, total, advice = capsys.readouterr().out.splitlines()
    first = next(rows(data))
    assert lines[0] == (
        f"{first['labels']}/: each of depth.exr, extent.png, masked_112.png and 7 more is not there"
    )
    assert len(lines) == 4 and total == "4 samples, 4 files: 40 problems (missing: 40)"
    assert "is made anew" in advice


def test_a_missing_file_and_a_missing_sample(data):
    first, second, *_ = rows(data)
    (data / first["labels"] / "normals.exr").unlink()
    shutil.rmtree(data / second["labels"])
    found = said(data)
    assert ("missing", f"{first['labels']}/normals.exr") in found
    assert ("missing", f"{second['labels']}/sample.json") in found
    (data / first["image"]).unlink()
    assert ("missing", first["image"]) in said(data)


def test_orphans(data):
    row = next(rows(data))
    (data / row["labels"] / "notes.txt").write_text("mine")
    (data / "images" / row["identity"] / "stranger.png").write_bytes(b"")
    (data / "images" / "nobody").mkdir()
    (data / "images" / "nobody" / row["image"].split("/")[-1]).write_bytes(b"")
    (data / "labels" / "loose.txt").write_text("")
    assert said(data) == {
        ("orphan", f"{row['labels']}/notes.txt"),
        ("orphan", f"images/{row['identity']}/stranger.png"),
        ("orphan", f"images/nobody/{row['image'].split('/')[-1]}"),
        ("orphan", "labels/loose.txt"),
    }


def edit_manifest(data: Path, change) -> None:
    lines = [json.loads(line) for line in (data / "manifest.jsonl").read_text().splitlines()]
    change(lines)
    (data / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_swapped_identity_in_the_manifest(data):
    def swap(lines):
        lines[0]["identity"], lines[-1]["identity"] = lines[-1]["identity"], lines[0]["identity"]

    edit_manifest(data, swap)
    assert ("row", "manifest.jsonl") in said(data)


def test_a_swapped_identity_with_the_files_moved_and_the_sums_made_to_fit(data):
    """Only sample.json still knows whose face it is."""
    row = next(rows(data))
    other = "person_01"

    def swap(lines):
        for key in ("identity", "image", "labels"):
            lines[0][key] = lines[0][key].replace(row["identity"], other)

    (data / row["image"]).rename(data / row["image"].replace(row["identity"], other))
    (data / row["labels"]).rename(data / row["labels"].replace(row["identity"], other))
    edit_manifest(data, swap)
    sums = (data / "SHA256SUMS").read_text().splitlines()
    moved = [
        line.replace(f"/{row['identity']}/", f"/{other}/") if row["sample_id"] in line else line
        for line in sums
    ]
    (data / "SHA256SUMS").write_text("\n".join(moved) + "\n")
    found = problems(data)
    place = f"{row['labels'].replace(row['identity'], other)}/sample.json"
    assert [one.words for one in found if one.place == place] == [
        "says identity 'person_00', the row 'person_01'"
    ]
    # and the photo's other variant is the first person's still
    assert any("it was photos/person_00/0.png of person_01 before" in one.words for one in found) or any(
        "it was photos/person_00/0.png of person_00 before" in one.words for one in found
    )


LABELS = (
    *("matte.png", "extent.png", "shadow.png", "parts.png", "depth.exr", "normals.exr", "uv.exr"),
    *("masked_112.png", "unmasked_112.png", "sample.json"),
)


@pytest.mark.parametrize("name", LABELS)
def test_a_label_of_another_sample_though_the_sums_fit(data, name):
    one, *_, other = rows(data)
    shutil.copy(data / other["labels"] / name, data / one["labels"] / name)
    assert ("label", f"{one['labels']}/{name}") in said(data, sums=True)


@pytest.mark.parametrize("name", [name for name in LABELS if name != "sample.json"])
def test_a_label_of_another_sample_though_all_hashes_fit(data, name):
    """What is left then are the pixels."""
    one, *_, other = rows(data)
    shutil.copy(data / other["labels"] / name, data / one["labels"] / name)
    file = data / one["labels"] / "sample.json"
    labels = json.loads(file.read_text())
    labels["files"][name] = hashlib.sha256((data / one["labels"] / name).read_bytes()).hexdigest()
    file.write_text(json.dumps(labels))
    found = said(data, sums=True)
    assert found and {kind for kind, _ in found} == {"pixels"}
    assert all(place == one["image"] or place.startswith(one["labels"]) for _, place in found)


def test_a_picture_that_touches_what_it_must_not(data):
    row = next(rows(data))
    with Image.open(data / row["image"]) as image:
        pixels = np.array(image)
    pixels[0, 0] ^= 1  # one bit of one pixel, far from the face
    save_png(data / row["image"], pixels)
    found = said(data, sums=True)
    assert ("pixels", row["image"]) in found
    text = [one.words for one in problems(data) if one.place == row["image"] and one.kind == "pixels"]
    assert text == ["differs from the photo in 1 pixels that neither mask nor shadow touches"]


def test_another_photo_behind_the_same_name(data):
    row = next(rows(data))
    with Image.open(data.parent / row["photo"]) as image:
        pixels = np.array(image)
    save_png(data.parent / row["photo"], pixels ^ 1)
    assert said(data) == {("photo", row["photo"])}


def test_half_a_depth_and_long_normals(data):
    row = next(rows(data))
    depth = read_exr(data / row["labels"] / "depth.exr")["Z"].copy()
    depth[depth.shape[0] * 2 // 3 :] = 0
    write_exr(data / row["labels"] / "depth.exr", {"Z": depth}, half=True)
    normals = {axis: 1.1 * values for axis, values in read_exr(data / row["labels"] / "normals.exr").items()}
    write_exr(data / row["labels"] / "normals.exr", normals, half=True)
    found = said(data, sums=True)
    assert {("pixels", f"{row['labels']}/{name}.exr") for name in ("depth", "normals")} <= found


def test_tables_that_do_not_fit(data):
    row = next(rows(data))
    lines = (data / "SHA256SUMS").read_text().splitlines()
    (data / "SHA256SUMS").write_text("\n".join(lines[11:]) + "\n" + "0" * 64 + "  images/a/b/c.png\n")
    edit_manifest(data, lambda lines: lines.append(lines[-1]))
    with (data / "rejects.jsonl").open("a") as file:
        refused = {"photo": row["photo"], "identity": row["identity"], "sha256": row["sha256"], "face": 0}
        file.write(json.dumps(refused | {"variant": 1, "stage": "masks", "reason": "slid off"}) + "\n")
    words = {one.words for one in problems(data)}
    assert f"lists no file of {row['sample_id']} (person_00)" in words
    assert "lists images/a/b/c.png, which is no file of a sample" in words
    assert any("line 5 names" in said for said in words)
    assert f"line 2 rejects what manifest.jsonl has as {row['sample_id'][:-1]}1" in words


def test_exit_codes_and_json(data, capsys, tmp_path):
    assert verify_data_set(data, None, False, False) == 0
    assert "4 samples, 44 files: nothing is wrong" in capsys.readouterr().out
    (data / next(rows(data))["image"]).unlink()
    assert verify_data_set(data, None, True, True) == 3
    *found, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert found[0]["kind"] == "missing" and last == {
        "samples": 4, "files": 43, "problems": 1, "kinds": {"missing": 1}
    }  # fmt: skip
    with pytest.raises(DataSetError, match="is not a data set of MaskDrape"):
        verify_data_set(tmp_path, None, False, False)


def test_a_manifest_cut_off_is_said_so(data):
    text = (data / "manifest.jsonl").read_bytes()
    (data / "manifest.jsonl").write_bytes(text[:-30])
    with pytest.raises(DataSetError, match=r"manifest\.jsonl line 4 is cut off"):
        list(verify(data))
