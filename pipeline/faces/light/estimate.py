"""The light of one face, the albedo of its skin, and how far either is to be trusted."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.colour import LUMINANCE
from pipeline.faces.light.around import look_around, shone_upon
from pipeline.faces.light.lamps import fit_shading
from pipeline.faces.light.penumbra import lamp_width
from pipeline.faces.light.reflectance import at_luminance, skin_reflectance, typical_skin, typology_angle
from pipeline.faces.light.skin import PosedHead, Surface, bare_skin, lower_face
from pipeline.faces.light.white_of_eye import white_of_eye
from pipeline.records import Float, Light, LightFit

BLOCK = 0.025  # m on the mean head: squares of a chequerboard that the fit is tested on


def even_light() -> Light:
    """For faces too small or too hidden to read: soft light from around the camera, typical skin."""
    white = np.ones(3)
    above = np.array([[0.0, -0.5, -math.sqrt(0.75)]])
    return Light(white * 0.6, above, white[None] * 0.4, typical_skin())


def estimate_light(pixels: NDArray[np.uint8], head: PosedHead) -> tuple[Light, LightFit | None]:
    """Light of one face in a photo (H, W, 3) sRGB; even light and None where little skin is seen."""
    skin = bare_skin(pixels, head)
    if skin is None:
        return even_light(), None
    lamps = head.lamps
    shading = fit_shading(skin, lamps)
    explained = shading.of(skin, lamps)
    shown = np.average(explained, axis=0, weights=shading.trust)
    around = look_around(pixels, head)
    reflectance = skin_reflectance(shown, white_of_eye(pixels, head, shading), around.chest_bright)
    albedo = reflectance.albedo
    rest, added = shone_upon(skin, lamps, around, albedo)
    shading = fit_shading(rest, lamps)
    explained = shading.of(rest, lamps) + added
    ambient = shading.ambient / albedo
    light = Light(ambient, shading.directions, shading.lamps / albedo, albedo, around.filled(ambient))
    light = replace(light, width=lamp_width(pixels, head, light))
    lower = lower_face(skin.place)
    low, high = (at_luminance(albedo, luminance) for luminance in reflectance.luminance)
    fit = LightFit(
        residual=_relative_error(skin.colours[lower], explained[lower]),
        residual_even=_relative_error(skin.colours[lower], np.median(skin.colours, axis=0)[None]),
        held_out=_held_out(skin, lamps),
        skin_luminance=reflectance.luminance,
        skin_ita_deg=(typology_angle(low), typology_angle(high)),
    )
    return light, fit


def _held_out(skin: Surface, lamps: Float) -> float:
    """Error on the white squares of a chequerboard of light fitted to the black ones."""
    white = (np.floor(skin.place[:, :2] / BLOCK).sum(axis=1) % 2).astype(bool)
    if min(white.sum(), (~white).sum()) < 50:
        return math.nan
    unseen = skin.only(white)
    return _relative_error(unseen.colours, fit_shading(skin.only(~white), lamps).of(unseen, lamps))


def _relative_error(shown: Float, explained: Float) -> float:
    """Median of the luminance's error as a part of what was explained."""
    if not len(shown):
        return math.nan
    return float(np.median(np.abs(shown @ LUMINANCE / np.maximum(explained @ LUMINANCE, 1e-6) - 1)))
