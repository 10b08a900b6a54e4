"""What each part of the composite does: all parts together, then one left out at a time.

    PYTHONPATH=. python benchmarks/ablation.py PHOTOS WORK [--variants 1] [--least-px 150] [--only halo grain]

PHOTOS is a folder of photos, WORK keeps faces and drapes between runs. Each photo is fitted, draped and
rendered once, with light plain masks, for which `benchmarks.realism.life` holds what real ones show. Prints
the measures of `benchmarks/realism/measure.py` for each version, and the CPU-seconds that the part left out
costs a sample, the median of the differences.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.realism.blocks import blocks
from benchmarks.realism.left_right import slope_over_photos
from benchmarks.realism.life import AIMS
from benchmarks.realism.measure import EACH, Row, column, measured
from benchmarks.realism.picture import Picture, brought_to_size
from benchmarks.realism.run_folder import FASTENINGS, SHEET, Sample, ear_to_ear, is_light
from pipeline.composite import paste
from pipeline.composite.halo import Sharpening
from pipeline.composite.occlusion import behind_occluder
from pipeline.config import CompositeConfig
from pipeline.records import PARTS, Face, Layers, Photo

WHOLE = "all parts"


@dataclass(frozen=True)
class Scene:
    """What one sample is composed of."""

    name: str
    identity: str
    design: str
    photo: Photo
    face: Face
    layers: Layers  # before anything in front took from them


@dataclass(frozen=True)
class Without:
    """A composite that lacks one part: by settings, by functions of `paste` exchanged, or in its input."""

    config: Mapping[str, bool] | None = None
    functions: Mapping[str, Callable[..., Any]] | None = None
    scene: Callable[[Scene], Scene] = lambda scene: scene
    occlude: Callable[[Face, Layers], Layers] = behind_occluder


VERSIONS: Mapping[str, Without] = {
    WHOLE: Without(),
    "blur": Without(functions={"soften": lambda layer, blur: layer.astype(np.float64)}),
    "smear": Without(functions={"smeared": lambda layer, smear: layer}),
    "outline of cloth": Without(functions={"soften_outline": lambda rgba, pixel: rgba}),
    "halo": Without(functions={"sharpening": lambda blur, overshoot: Sharpening(blur, 0.0)}),
    "blur before JPEG": Without(functions={"blur_before": lambda blur, history: blur}),
    "grain": Without({"grain": False}),
    "grain before JPEG": Without(functions={"grain_before": lambda grain, colour, history: grain}),
    "highlights": Without({"highlights": False}),
    "JPEG": Without({"jpeg": False}),
    "earlier JPEG": Without(scene=lambda s: replace(s, photo=replace(s.photo, earlier_jpeg=None))),
    "shadow": Without(
        scene=lambda s: replace(s, layers=replace(s.layers, shadow=np.ones_like(s.layers.shadow)))
    ),
    "what is in front": Without(occlude=lambda face, layers: layers),
}


def main() -> None:
    """Make the scenes, compose each in all versions, print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("photos", type=Path)
    options.add_argument("work", type=Path)
    options.add_argument("--variants", type=int, default=1)
    options.add_argument("--least-px", type=float, default=0.0, help="ear to ear in the photo, at least")
    options.add_argument("--only", nargs="*", choices=[name for name in VERSIONS if name != WHOLE])
    given = options.parse_args()
    table(scenes(given.photos, given.work, given.variants), given.only or list(VERSIONS), given.least_px)


def scenes(photos: Path, work: Path, variants: int) -> Iterator[Scene]:
    """Everything of the folder that comes through, in light plain masks."""
    from pipeline.config import Config
    from pipeline.flow import Made, Opened, make_photo
    from pipeline.photos.listing import list_folder
    from pipeline.stages import real_stages

    config = Config.model_validate(
        {
            "photos": {"folder": str(photos)},
            "output": str(work),
            "variants": variants,
            "masks": {"colours": {"white": 2, "light blue": 1}, "prints": {"plain": 1}},
        }
    )
    seen: list[Layers] = []

    def occlude(face: Face, layers: Layers) -> Layers:
        seen.append(layers)
        return behind_occluder(face, layers)

    stages = replace(real_stages(), occlude=occlude)
    for entry in list_folder(photos):
        for outcome in make_photo(entry.source, config, stages, work / "cache", lambda _: False):
            if isinstance(outcome, Opened):
                photo = outcome.photo
            elif isinstance(outcome, Made):
                name, identity = outcome.sample.sample_id, entry.source.identity
                yield Scene(name, identity, outcome.worn.design, photo, outcome.face, seen[-1])


def table(all_scenes: Iterator[Scene], names: Sequence[str], least_px: float) -> None:
    """Measure every scene in the versions named and print a row for each."""
    names = [WHOLE, *(name for name in names if name != WHOLE)]
    rows: dict[str, list[Row]] = {name: [] for name in names}
    cost: dict[str, list[float]] = {name: [] for name in names}
    for scene in all_scenes:
        if width_of(scene.face) < least_px:
            continue
        if not rows[WHOLE]:
            composed(scene, VERSIONS[WHOLE])  # what is made once and kept is no sample's cost
        for name in names:
            sample, seconds = composed(scene, VERSIONS[name])
            if not sample.light:
                break
            rows[name].append(measured(sample))
            cost[name].append(seconds)
    measures = [*AIMS, "blocks"]
    print(f"{len(rows[WHOLE])} samples; medians, beyond the limit for each in brackets")
    print(f"{'without':20}{'CPU-s':>8}" + "".join(f"{name:>13}" for name in measures))
    for name in names:
        spent = np.array(cost[WHOLE]) - (0.0 if name == WHOLE else np.array(cost[name]))
        cells = "".join(f"{cell(measure, rows[name]):>13}" for measure in measures)
        print(f"{name:20}{np.median(spent):8.3f}{cells}", flush=True)


def composed(scene: Scene, without: Without) -> tuple[Sample, float]:
    """The sample of one version, to be measured, and the CPU-seconds of composing it."""
    scene = without.scene(scene)
    photo, face = scene.photo, scene.face
    with ExitStack() as stack:
        for name, function in (without.functions or {}).items():
            stack.enter_context(patch.object(paste, name, function))
        began = time.process_time()
        layers = without.occlude(face, scene.layers)
        config = CompositeConfig(**(without.config or {}))
        pixels, matte, shadow = paste.composite(photo, layers, config)
        seconds = time.process_time() - began
    parts = np.zeros(matte.shape, np.uint8)
    x0, y0, x1, y1 = layers.box
    parts[y0:y1, x0:x1] = layers.parts
    fastening, cloth = (np.isin(parts, [PARTS.index(p) for p in kind]) for kind in (FASTENINGS, SHEET))
    yaw = float(np.degrees(face.yaw_pitch_roll[0]))
    whole = Picture(pixels, matte / 255.0, fastening, cloth, face.landmarks, yaw)
    width = width_of(face)
    material = dict(layers.material)
    sample = Sample(
        name=scene.name,
        identity=scene.identity,
        design=scene.design,
        colour=str(material.get("colour_name")),
        light=is_light({"design": scene.design, "material": {"print": None, **material}}),
        width_px=width,
        picture=brought_to_size(pixels, whole.matte, fastening, cloth, face.landmarks, width=width, yaw=yaw),
        blocks=blocks(whole),
        untouched=float(((matte == 0) & (shadow == 255)).mean()),
    )
    return sample, seconds


def width_of(face: Face) -> float:
    """Px from ear to ear, as `benchmarks.realism.run_folder.ear_to_ear` has it."""
    return ear_to_ear(
        {
            "identity_coefficients": face.identity_coefficients,
            "expression_coefficients": face.expression_coefficients,
            "extrinsics": {"rotation": face.rotation, "translation_m": face.translation},
            "camera": {"focal_px": face.camera.focal_px},
        }
    )


def cell(name: str, rows: Sequence[Row]) -> str:
    """What all samples of a version show of one measure."""
    if name not in EACH and name != "blocks":
        line = slope_over_photos(column(rows, "skin_left_right"), column(rows, "mask_left_right"))
        return f"{ {'LR slope': line.slope, 'LR r': line.r, 'sign': line.sign}[name]:.2f}"
    values = column(rows, name)
    values = values[np.isfinite(values)]
    if not len(values):
        return "-"
    low, high = AIMS[name].each if name in AIMS else (-np.inf, np.inf)
    outside = int(((values < low) | (values > high)).sum())
    return f"{np.median(values):.2f}" + (f" ({outside})" if outside else "")


if __name__ == "__main__":
    main()
