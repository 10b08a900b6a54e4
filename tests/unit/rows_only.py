"""Data sets of nothing but what exports read, made in no time: rows, and aligned faces of a single colour."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

Colour = Callable[[int, int, int | None], tuple[int, int, int]]
"""Of an aligned face, by person, photo and variant; None: without a mask."""


def rows_only(
    folder: Path, identities: int, photos: int, variants: int, colour: Colour | None = None, **cells: object
) -> Path:
    """Write manifest.jsonl and rejects.jsonl and, with ``colour``, the aligned faces; returns ``folder``.

    ``cells`` replace those of all rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as file:
        for row, person, photo, variant in _rows(identities, photos, variants):
            file.write(json.dumps(row | cells) + "\n")
            if colour is None:
                continue
            labels = folder / row["labels"]
            labels.mkdir(parents=True)
            (labels / "masked_112.png").write_bytes(_square(colour(person, photo, variant)))
            (labels / "unmasked_112.png").write_bytes(_square(colour(person, photo, None)))
            (labels / "sample.json").write_text("{}")
    (folder / "rejects.jsonl").write_text("")
    return folder


def _rows(identities: int, photos: int, variants: int) -> Iterator[tuple[dict, int, int, int]]:
    for person in range(identities):
        name = f"p{person:06d}"
        for photo in range(photos):
            number = person * photos + photo
            rng = np.random.default_rng(number)
            sha256, face_hash = rng.bytes(32).hex(), rng.bytes(8).hex()
            for variant in range(variants):
                sample_id = f"{sha256[:16]}-f0-v{variant:02d}"
                row = {
                    "sample_id": sample_id,
                    "identity": name,
                    "photo": f"{name}/{photo}.jpg",
                    "sha256": sha256,
                    "source": f"https://example.org/{number}",
                    "licence": ("CC0-1.0", "CC-BY-4.0", None)[person % 3],
                    "consent": "given",
                    "face": 0,
                    "face_hash": face_hash,
                    "variant": variant,
                    "design": ("surgical", "kn95")[variant % 2],
                    "size": "M",
                    "wearing": "correct",
                    "nose": "high",
                    "fabric": "spunbond",
                    "colour": "white",
                    "print": "plain",
                    "image": f"images/{name}/{sample_id}.png",
                    "labels": f"labels/{name}/{sample_id}",
                    "verdict": "ok",
                    "reason": "",
                }
                yield row, person, photo, variant


@cache
def _square(colour: tuple[int, int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (112, 112), colour).save(data, format="PNG")
    return data.getvalue()
