"""How near the light read from generated portraits comes to the light they were rendered in.

    PYTHONPATH=. python tools/sittings.py sittings/ --count 150 --seed 7
    PYTHONPATH=. python benchmarks/light_accuracy.py sittings/

Prints median and 90th percentile, by the yaw of the head. Irradiance is that of white patches.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.colour import LUMINANCE
from pipeline.config import FacesConfig
from pipeline.faces.find import find_faces
from pipeline.faces.light.estimate import estimate_light
from pipeline.faces.light.lamps import irradiance
from pipeline.faces.light.skin import PosedHead
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Float, Light, Photo, Rejected

SIDE = math.radians(60)
PATCHES = np.array([[0, 0, -1.0], *([s * math.sin(SIDE), 0, -math.cos(SIDE)] for s in (1, -1))])
YAWS = ((0, 30), (30, 60), (60, 80), (0, 80))


def key_lamp(light: Light) -> Float:
    """Unit direction (3,) of the strongest lamp before the face."""
    strength = (light.irradiance @ LUMINANCE) * (light.directions[:, 2] < 0)
    return np.asarray(light.directions[strength.argmax()] if strength.any() else PATCHES[0])


def errors(true: Light, found: Light) -> dict[str, float]:
    white, ours = (irradiance(light, PATCHES) @ LUMINANCE for light in (true, found))
    tone, our_tone = (light.skin_albedo @ LUMINANCE for light in (true, found))
    shares = [light.ambient @ LUMINANCE / level[0] for light, level in ((true, white), (found, ours))]
    off = np.abs(np.log(ours / white))
    contrast = np.abs(np.log(ours[1:] / ours[0]) - np.log(white[1:] / white[0]))
    return {
        "key deg": math.degrees(math.acos(np.clip(key_lamp(true) @ key_lamp(found), -1, 1))),
        "front %": 100 * off[0],
        "sides %": 100 * off[1:].mean(),
        "side/front %": 100 * contrast.mean(),
        "ambient share": abs(shares[1] - shares[0]),
        "albedo %": 100 * abs(math.log(our_tone / tone)),
    }


def measure(picture: Path) -> dict[str, float] | None:
    """Errors of one portrait and what was said about them; None where no face was found."""
    facts = np.load(picture.with_suffix(".npz"))
    true = Light(facts["ambient"], facts["directions"], facts["irradiance"], facts["skin_albedo"])
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    try:
        face = find_faces(Photo(picture.name, picture.name, "", pixels, None), FacesConfig())[0]
    except Rejected:
        return None
    normals = vertex_normals(face.vertices, load_head().faces)
    start = time.process_time()
    light, fit = estimate_light(pixels, PosedHead(face.vertices, normals, face.rotation, face.camera))
    spent = time.process_time() - start
    if fit is None:
        return None
    low, high = fit.skin_luminance
    return errors(true, light) | {
        "residual": fit.residual,
        "even light": fit.residual_even,
        "held out": fit.held_out,
        "inside": float(low < true.skin_albedo @ LUMINANCE < high),
        "CPU ms": 1e3 * spent,
        "yaw": abs(math.degrees(facts["yaw_pitch_roll"][0])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    pictures = sorted(parser.parse_args().folder.glob("*.png"))
    rows = [row for row in map(measure, pictures) if row is not None]
    print(f"{len(rows)} of {len(pictures)} faces read")
    for least, most in YAWS:
        some = [row for row in rows if least <= row["yaw"] < most]
        if not some:
            continue
        print(f"yaw {least}-{most} ({len(some)} faces)")
        for name in [key for key in some[0] if key not in ("yaw", "inside")]:
            values = [row[name] for row in some]
            print(f"  {name:14} {np.nanmedian(values):7.3g} {np.nanquantile(values, 0.9):7.3g}")
        inside = np.mean([row["inside"] for row in some])
        print(f"  true albedo within its interval: {inside:.0%}")


if __name__ == "__main__":
    main()
