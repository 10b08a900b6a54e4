"""The samples of a finished run, as pictures to measure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.realism.blocks import blocks
from benchmarks.realism.picture import Picture, brought_to_size
from pipeline.colour import LUMINANCE
from pipeline.head.model import load_head

LIGHT = 0.35  # albedo (sRGB 160 of 255): white, cream, pale blue, green, pink and lilac, but no mid grey
SMALL_PRINTS = ("mark", "stamp")
FASTENINGS = ("loop", "strap")
SHEET = ("panel", "edge", "wire")


@dataclass(frozen=True)
class Sample:
    """One composite, measured or to be measured."""

    name: str  # sample_id
    identity: str
    design: str
    colour: str
    light: bool  # of a light colour, without a print beyond a stamp and without a window
    width_px: float  # from ear to ear in the photo
    picture: Picture
    blocks: float = float("nan")  # see `benchmarks.realism.blocks`
    untouched: float = float("nan")  # share of the photo's pixels that are its own


def samples(folder: Path, least_px: float) -> Iterator[Sample]:
    """Every sample with a head at least ``least_px`` wide; one without MediaPipe's landmarks is left out."""
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        labels = folder / row["labels"]
        facts = json.loads((labels / "sample.json").read_text())
        landmarks = np.array(facts["face"]["landmarks_px"], float)
        width = ear_to_ear(facts["face"])
        if len(landmarks) != 468 or width < least_px:
            continue
        mask = facts["mask"]
        parts = np.asarray(Image.open(labels / "parts.png"))
        matte, shadow = (np.asarray(Image.open(labels / name)) for name in ("matte.png", "shadow.png"))
        whole = Picture(
            np.asarray(Image.open(folder / row["image"]).convert("RGB")),
            matte / 255.0,
            np.isin(parts, [mask["parts"][name] for name in FASTENINGS]),
            np.isin(parts, [mask["parts"][name] for name in SHEET]),
            landmarks,
            facts["face"]["pose_degrees"]["yaw"],
        )
        picture = brought_to_size(
            whole.pixels,
            whole.matte,
            whole.fastening,
            whole.cloth,
            landmarks,
            width=width,
            yaw=whole.yaw,
        )
        yield Sample(
            name=row["sample_id"],
            identity=row["identity"],
            design=row["design"],
            colour=row["colour"],
            light=is_light(mask),
            width_px=width,
            picture=picture,
            blocks=blocks(whole),
            untouched=float(((matte == 0) & (shadow == 255)).mean()),
        )


def is_light(mask: dict[str, Any]) -> bool:
    """Whether a mask is like those that were measured in photos: light-coloured and plain."""
    material = mask["material"]
    plain = material["print"] is None or material["print"]["kind"] in SMALL_PRINTS
    return plain and mask["design"] != "window" and float(np.array(material["colour"]) @ LUMINANCE) >= LIGHT


def ear_to_ear(face: dict[str, Any]) -> float:
    """Px from tragion to tragion, were the fitted head seen from the front: a turned head is as wide."""
    head = load_head()
    shape = head.shape(face["identity_coefficients"], face["expression_coefficients"])
    ears = shape[[head.points["tragion_left"], head.points["tragion_right"]]]
    rotation, translation = (np.array(face["extrinsics"][key]) for key in ("rotation", "translation_m"))
    depth = (ears @ rotation.T + translation)[:, 2].mean()
    return float(np.linalg.norm(ears[0] - ears[1]) * face["camera"]["focal_px"] / depth)
