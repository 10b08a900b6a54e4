"""What the samples of the render buy: CPU-seconds and error of a masked 512-pixel portrait.

    python benchmarks/render.py --samples 4 8 16 32

Errors are root mean squares in 8-bit levels of the composite without grain, against a render with
many samples: on the fabric, on its rim, and on the skin that the mask shades.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def cpu() -> float:
    """User and system seconds of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make one portrait and one drape, render it with each number of samples, print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--samples", type=int, nargs="+", default=[4, 8, 16, 32])
    options.add_argument("--reference", type=int, default=512)
    options.add_argument("--side", type=int, default=512, help="of the portrait, px")
    given = options.parse_args()

    from pipeline.cli.quiet import native_output_in
    from pipeline.composite.paste import composite
    from pipeline.config import CompositeConfig, RenderConfig
    from pipeline.flow import DOWN_IN_CAMERA, in_head_frame
    from pipeline.records import Photo
    from pipeline.stages import real_stages
    from pipeline.studio import render
    from pipeline.studio.portrait import Sitting, render_portrait

    rows = []
    log = Path(os.devnull)
    with native_output_in(log):
        stages = real_stages()
        portrait = render_portrait(
            np.random.default_rng(1000), Sitting(width=given.side, height=given.side, samples=24)
        )
        photo = Photo("0" * 64, "portrait.png", "portrait", portrait.pixels, None)
        from pipeline.config import FacesConfig, MasksConfig
        from pipeline.masks.balance import AS_DESIGNED, Choice

        face = stages.find_faces(photo, FacesConfig())[0]
        head = in_head_frame(face, face.vertices)
        gravity = face.rotation.T @ DOWN_IN_CAMERA
        ground = stages.ground(head, None)
        choice = Choice("surgical", "correct", AS_DESIGNED)
        rest = stages.place(choice, head, gravity, np.random.default_rng(1))
        draped, motion = stages.drape(rest, ground, gravity, 0)
        worn = stages.check(rest, draped, ground, motion)
        drawn = stages.draw_material("surgical", MasksConfig(), np.random.default_rng(2))
        material = {**drawn, "seed": 3}

        def masked(samples: int, denoise: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
            began = cpu()
            layers = render.render_layers(
                face, worn, material, RenderConfig(samples=samples, denoise=denoise), 3
            )
            cost = cpu() - began
            pixels, matte, shadow = composite(photo, layers, CompositeConfig(grain=False))
            return pixels.astype(float), matte, shadow, cost

        few, render.FULL_SIDE, render.SHADOW_SIDE = (render.FULL_SIDE, render.SHADOW_SIDE), 10**6, 10**6
        truth, matte, shadow, _ = masked(given.reference, denoise=False)
        render.FULL_SIDE, render.SHADOW_SIDE = few
        regions = {
            "fabric": matte == 255,
            "rim": (matte > 0) & (matte < 255),
            "shade": (matte == 0) & (shadow < 250),
        }
        masked(4, denoise=True)  # warm
        for samples in given.samples:
            pixels, _, _, cost = masked(samples, denoise=True)
            errors = [np.sqrt(((pixels - truth)[where] ** 2).mean()) for where in regions.values()]
            rows.append((samples, cost, *errors))
    print("samples  CPU-s  " + "  ".join(f"{name:>6}" for name in regions) + "   (rms, levels of 255)")
    for samples, cost, *errors in rows:
        print(f"{samples:7d}  {cost:5.2f}  " + "  ".join(f"{error:6.2f}" for error in errors))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
