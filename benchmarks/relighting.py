"""How near a mask under light read from a photo comes to the mask under the light that was there.

    PYTHONPATH=. python benchmarks/relighting.py OUT --count 12 [--seed 1] [--designs surgical,kf94]

People who do not exist sit in rooms with windows, walls and coloured floors. Each is rendered twice in the
same light: without a mask, which becomes a photo with blur and noise, and with one, which nobody sees. The
face is found in the photo and its light read from it; the mask, on the true head, is rendered under that.
Inside the matte the two masks differ by the light alone. Prints, for each and in the median: PSNR of
encoded pixels and of encoded luminance, how far the mask is too bright (stops), the direction of the net
light that falls on the face from before it (degrees), and what is left of the left-right difference: the
slope, over all, of the mask's left minus right (stops) on the true one. OUT gets pairs: truth | ours.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import theilslopes

from pipeline.attempts import first_accepted
from pipeline.colour import LUMINANCE, encode, to_pixels
from pipeline.composite.paste import composite
from pipeline.config import CompositeConfig, FacesConfig, RenderConfig
from pipeline.draping import ground, real_draping
from pipeline.faces.find import find_faces
from pipeline.faces.light.lamps import irradiance
from pipeline.flow import DOWN_IN_CAMERA
from pipeline.masks.balance import AS_DESIGNED, Choice
from pipeline.masks.library import load_design
from pipeline.masks.material import draw_material
from pipeline.records import Face, Float, Light, Photo, Rejected, WornMask
from pipeline.sky import sky_irradiance
from pipeline.studio.backdrop import expose
from pipeline.studio.person import draw_person
from pipeline.studio.portrait import Sitting
from pipeline.studio.render import render_layers
from pipeline.studio.room_visit import Outfit, Visit, draw_visit, render_visit

SITTING = Sitting(width=320, height=400, samples=24, glasses=0.0, strands=3000, subdivisions=1, scatter=False)
PLAIN = RenderConfig(samples=32)


def one(number: int, seed: int, design: str, out: Path) -> dict[str, float] | None:
    """Measures of one person, whose pair of pictures is written; None where no face or drape was had."""
    rng = np.random.default_rng([seed, number])
    visit = draw_visit(draw_person(rng, glasses=0.0), rng, SITTING)
    pixels = expose(rng, render_visit(visit, SITTING), 0.5, 0.4)
    photo = Photo("0" * 64, f"{number}.png", f"{number}", pixels, None)
    try:
        found = find_faces(photo, FacesConfig())[0]
        worn = drape(design, visit, rng)
    except Rejected as refusal:
        print(number, refusal.reason, flush=True)
        return None
    material = dict(draw_material(load_design(design), rng, {}, {}, {"plain": 1.0}, ()))
    truth = render_visit(visit, SITTING, Outfit(worn, material))
    face = true_face(found, visit)
    layers = render_layers(face, worn, material, PLAIN, seed=number)
    row = compare(truth, layers.rgba, layers.box) | {
        "direction_deg": between(net_light(visit.sky), net_light_of(found.light)),
        "light_off": found.light_fit.residual if found.light_fit else np.nan,
    }
    ours, _, _ = composite(photo, layers, CompositeConfig())
    pair = np.concatenate([pixels, to_pixels(truth), ours], axis=1)
    Image.fromarray(pair).save(out / f"{number:03}.png")
    return {"number": number, **row}


def drape(design: str, visit: Visit, rng: np.random.Generator) -> WornMask:
    """The first drape on the true head that passes its checks."""
    stages, shape = real_draping(), visit.pose.shape(visit.person)
    under = ground(shape, None)
    gravity = visit.pose.place.rotation.T @ DOWN_IN_CAMERA
    rest = stages.place(Choice(design, "correct", AS_DESIGNED), shape, gravity, rng)

    def once(attempt: int) -> WornMask:
        vertices, motion = stages.drape(rest, under, gravity, attempt)
        return stages.check(rest, vertices, under, motion)

    return first_accepted(stages.attempts, once)


def true_face(found: Face, visit: Visit) -> Face:
    """The light that was found on the head that was there."""
    place = visit.pose.place
    vertices = place.of(visit.pose.shape(visit.person))
    return replace(
        found,
        camera=visit.pose.camera,
        rotation=place.rotation,
        translation=place.translation,
        vertices=vertices,
    )


def compare(truth: Float, rgba: Float, box: tuple[int, int, int, int]) -> dict[str, float]:
    """Of linear pictures: the whole photo's (H, W, 3), and premultiplied layers (h, w, 4) at ``box``."""
    x0, y0, x1, y1 = box
    inside = rgba[..., 3] > 0.999
    there, ours = truth[y0:y1, x0:x1][inside], np.asarray(rgba[..., :3][inside], float)
    off = encode(np.clip(ours, 0, 1)) - encode(np.clip(there, 0, 1))
    grey = encode(np.clip(ours @ LUMINANCE, 0, 1)) - encode(np.clip(there @ LUMINANCE, 0, 1))
    ratio = np.log2(np.maximum(ours @ LUMINANCE, 1e-4) / np.maximum(there @ LUMINANCE, 1e-4))
    column = np.nonzero(inside)[1]
    left = column < np.median(column)
    stops = {
        name: np.log2(np.maximum(shown @ LUMINANCE, 1e-4))
        for name, shown in (("ours", ours), ("true", there))
    }
    sides = {name: float(np.median(v[left]) - np.median(v[~left])) for name, v in stops.items()}
    return {
        "psnr_db": float(-10 * np.log10((off**2).mean())),
        "psnr_luma_db": float(-10 * np.log10((grey**2).mean())),
        "too_bright": float(np.median(ratio)),
        "left_right_ours": sides["ours"],
        "left_right_true": sides["true"],
    }


def net_light(sky: Float) -> Float:
    """Unit vector (3,) of the light that falls on a face from before it, by luminance."""
    total = sky_irradiance(sky, np.concatenate([np.eye(3), -np.eye(3)])) @ LUMINANCE
    return _unit(total[:3] - total[3:])


def net_light_of(light: Light) -> Float:
    """The same of light that was read from a photo."""
    total = irradiance(light, np.concatenate([np.eye(3), -np.eye(3)])) @ LUMINANCE
    return _unit(total[:3] - total[3:])


def _unit(vector: Float) -> Float:
    # from behind, no light falls on what the camera sees
    ahead = np.array([vector[0], vector[1], min(vector[2], 0.0)])
    return np.asarray(ahead / max(float(np.linalg.norm(ahead)), 1e-9))


def between(first: Float, second: Float) -> float:
    return float(np.degrees(np.arccos(np.clip(first @ second, -1, 1))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--designs", default="surgical,kf94,cloth_two_panel")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    designs, rows = given.designs.split(","), []
    for number in range(given.count):
        row = one(number, given.seed, designs[number % len(designs)], given.out)
        if row is not None:
            rows.append(row)
            print(" ".join(f"{key} {value:.2f}" for key, value in row.items()), flush=True)
    (given.out / "rows.json").write_text(json.dumps(rows))
    for key in ("psnr_db", "psnr_luma_db", "too_bright", "direction_deg"):
        values = np.array([row[key] for row in rows])
        low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
        print(f"{key}: median {middle:.2f} ({low:.2f} .. {high:.2f})")
    ours, true = (np.array([row[f"left_right_{name}"] for row in rows]) for name in ("ours", "true"))
    print(f"left minus right of ours on the true one: slope {theilslopes(ours, true)[0]:.2f}")


if __name__ == "__main__":
    main()
