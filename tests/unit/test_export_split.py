"""Splits by identity, and the near-duplicates that they keep together."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageOps
from rows_only import rows_only

from pipeline.cli.app import invoke
from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.near_duplicates import mirrored, near_pairs
from pipeline.dataset.export.same_picture import NEAR
from pipeline.dataset.export.split import read_shares
from pipeline.dataset.labels.face_hash import face_hash
from pipeline.dataset.read import rows


def split(data: Path, output: Path, *options: str) -> dict[str, str]:
    """Split by identity."""
    parquet = pytest.importorskip("pyarrow.parquet")
    assert invoke(["export", str(data), "--to", "parquet", "--output", str(output), *options]) == 0
    read = parquet.read_table(output / "index.parquet", columns=["identity", "split"]).to_pylist()
    found: dict[str, str] = {}
    for row in read:
        assert found.setdefault(row["identity"], row["split"]) == row["split"]
    return found


@given(some.integers(0, 12), some.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_near_pairs_are_those_that_comparing_all_would_find(distance, seed):
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, 60, np.uint64)
    for place in range(0, 60, 3):  # some that differ in a few bits, some in none
        flips = rng.choice(64, rng.integers(0, 14), replace=False).astype(np.uint64)
        hashes[place] = hashes[place - 1] ^ np.bitwise_or.reduce(np.uint64(1) << flips, initial=np.uint64(0))
    found = {tuple(pair) for pairs in near_pairs(hashes, distance) for pair in pairs.tolist()}
    plain = [int(value) for value in hashes]
    near = {(i, j) for j in range(60) for i in range(j) if (plain[i] ^ plain[j]).bit_count() <= distance}
    assert found <= near
    joined = {frozenset((plain[i], plain[j])) for i, j in found}
    assert joined == {frozenset((plain[i], plain[j])) for i, j in near}


def test_shares_of_identities(tmp_path):
    data = rows_only(tmp_path / "data", 100, 1, 2)
    found = list(split(data, tmp_path / "out", "--split", "0.8/0.1/0.1").values())
    assert {name: found.count(name) for name in set(found)} == {"train": 80, "val": 10, "test": 10}


def test_a_seed_draws_the_split_and_the_order_of_rows_does_not(tmp_path):
    data = rows_only(tmp_path / "data", 30, 2, 1)
    first = split(data, tmp_path / "a", "--split", "0.5/0.5", "--seed", "3")
    lines = (data / "manifest.jsonl").read_text().splitlines(keepends=True)
    (data / "manifest.jsonl").write_text("".join(reversed(lines)))
    assert split(data, tmp_path / "b", "--split", "0.5/0.5", "--seed", "3") == first
    assert split(data, tmp_path / "c", "--split", "0.5/0.5", "--seed", "4") != first


def test_people_who_share_a_photo_stay_on_one_side(tmp_path):
    """One photo under two names: the same file, re-encoded and smaller, and somebody else's like hash."""
    data = rows_only(tmp_path / "data", 40, 1, 1, lambda person, *_: (person, 0, 0))
    found = list(rows(data))
    faces = [_face(seed) for seed in range(40)]
    for person in (1, 2):  # two names for one photo
        faces[person] = _again(faces[0], quality=30 * person)
    for row, face in zip(found, faces, strict=True):
        face.save(data / row["labels"] / "unmasked_112.png")
        row["face_hash"] = face_hash(np.asarray(face))
    found[4]["sha256"] = found[3]["sha256"]
    found[6]["face_hash"] = found[5]["face_hash"]  # alike by hash only
    (data / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in found))
    apart = 0
    for seed in range(6):
        sides = split(data, tmp_path / str(seed), "--split", "0.5/0.5", "--seed", str(seed))
        one, again, once_more, file, same_file, other, like = (sides[row["identity"]] for row in found[:7])
        assert one == again == once_more and file == same_file
        assert json.loads((tmp_path / str(seed) / "export.json").read_text())["kept_together"] == 3
        apart += other != like
    assert apart


def test_mirrored_photos_stay_on_one_side(tmp_path):
    """Somebody turned a photo left to right and stored it again, under another name."""
    pairs, known = 30, set()
    data = rows_only(tmp_path / "data", 2 * pairs, 1, 1, lambda person, *_: (person, 0, 0))
    found = list(rows(data))
    for pair in range(pairs):
        face = _face(pair)
        two = found[2 * pair], found[2 * pair + 1]
        for row, picture in zip(two, (face, _again(ImageOps.mirror(face), quality=60)), strict=True):
            picture.save(data / row["labels"] / "unmasked_112.png")
            row["face_hash"] = face_hash(np.asarray(picture))
        guess, turned = (np.array([int(row["face_hash"], 16)], np.uint64) for row in two)
        if (int(mirrored(guess)[0]) ^ int(turned[0])).bit_count() <= NEAR:
            known.add(tuple(row["identity"] for row in two))
    assert len(known) > 0.7 * pairs
    (data / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in found))
    for seed in range(3):
        sides = split(data, tmp_path / str(seed), "--split", "0.5/0.5", "--seed", str(seed))
        assert all(sides[one] == sides[other] for one, other in known)
        assert json.loads((tmp_path / str(seed) / "export.json").read_text())["kept_together"] == len(known)


@given(some.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_hash_of_a_mirrored_picture_is_known_without_it(seed):
    face = _face(seed)
    plain, turned = (int(face_hash(np.asarray(one)), 16) for one in (face, ImageOps.mirror(face)))
    guess = int(mirrored(np.array([plain], np.uint64))[0])
    assert (guess ^ turned).bit_count() <= 10 < (plain ^ turned).bit_count()


@pytest.mark.parametrize(
    "text", ["0.8", "0.8/0.1", "1/0", "a/b", "0.5/0.5/0.5", "0.4/0.2/0.2/0.2", "nan/nan"]
)
def test_shares_that_make_no_sense(text):
    with pytest.raises(ExportError, match="--split"):
        read_shares(text)


def test_an_empty_split_is_refused(tmp_path, capsys):
    data = rows_only(tmp_path / "data", 2, 1, 1)
    arguments = ["export", str(data), "--to", "parquet", "--output", str(tmp_path / "out")]
    assert invoke([*arguments, "--split", "0.8/0.1/0.1"]) == 2
    assert "nobody is left for" in capsys.readouterr().err


def _face(seed: int) -> Image.Image:
    """A picture with structure, (112, 112)."""
    coarse = np.random.default_rng(seed).integers(0, 255, (7, 7, 3), np.uint8)
    return Image.fromarray(coarse).resize((112, 112), Image.Resampling.BICUBIC)


def _again(face: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    face.resize((70, 70)).save(data, format="JPEG", quality=quality)
    with Image.open(data) as image:
        return image.resize((112, 112), Image.Resampling.BICUBIC)
