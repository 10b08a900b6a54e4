"""How much of a photo's skin is albedo and how much is light: a measurement with its uncertainty.

Skin shows the product of both, and no photo says where one ends. Four things do say something: tones of
skin differ less than exposures may, photographs of people are mostly exposed so that faces can be seen,
brown skin has another hue than light skin, and the white of the eye is as bright in everybody. They are
weighed on a grid over the logarithm of the albedo's luminance. Fifth, no cloth below the chin reflects more
than all of the light that the face is in. The interval describes the skin's reflectance and nothing else
about a person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pipeline.colour import LUMINANCE
from pipeline.faces.light.white_of_eye import WhiteOfEye
from pipeline.records import Float

# Tones of skin from very light to very dark, all about as likely (luminance 0.06 to 0.5).
TONE, TONE_SIGMA = math.log(0.20), 0.6
# What white shows, on the mean of the visible face; faces are exposed up, partly, where skin is dark.
# Above, the photo would clip, so there the distribution falls faster.
EXPOSURE, EXPOSURE_SLOPE = -0.05, -0.2
EXPOSURE_SIGMA_DOWN, EXPOSURE_SIGMA_UP = 0.40, 0.20
# One face in eight is not what the camera was exposed for: light from behind, flash, night.
MISSED, MISSED_EXPOSURE, MISSED_SIGMA = 0.12, -1.2, 0.7
# Linear R:G:B of skin albedo at luminance 0.1 and 0.5, beside the white shirts of 17 sitters of the Face
# Research Lab London Set (DeBruine & Jones 2017); brown skin is the more saturated.
DARK_SKIN: tuple[float, Float] = (0.1, np.array([1.0, 0.545, 0.38]))
LIGHT_SKIN: tuple[float, Float] = (0.5, np.array([1.0, 0.63, 0.48]))
SKIN_HUE_SIGMA, LIGHT_HUE_SIGMA = 0.12, 0.15  # of log R/G and B/G
# Contrast of the white of the eye with skin of luminance a: of the same sitters.
EYE_CONTRAST, EYE_SLOPE = -0.52, -0.62  # at log a = 0, per log a
EYE_SIGMA, EYE_SIGMA_PX = 0.24, 6.0  # plus so much over the eye's width in px
# Cloth reflects less than this part of what white would show on the face: chests face up, to more light.
MOST_CLOTH, CLOTH_SIGMA = 1.0, 0.15  # of log
# Cloth that bright is white, and has the hue of the light; less bright, it may be dyed.
WHITE_CLOTH, WHITE_CLOTH_SIGMA = (0.60, 0.80), 0.08  # from where on, wholly from where on; of log R/G and B/G
NEUTRAL = (0.18, 0.30)  # of log R/G and B/G in the photo: wholly believed up to here, not at all from here on
HEAVY_TAILS = 4.0  # degrees of freedom of what may also be plain wrong: hue, eyes
LIKELY = 0.8  # probability of the interval

_GRID = np.log(np.geomspace(0.02, 0.75, 121))


@dataclass(frozen=True)
class Reflectance:
    """Albedo of one face's skin."""

    albedo: Float  # (3,) linear RGB, the best estimate
    luminance: tuple[float, float]  # of the albedo: lies between these with probability `LIKELY`


def skin_reflectance(shown: Float, eye: WhiteOfEye | None, cloth: Float | None = None) -> Reflectance:
    """Of skin that shows linear RGB ``shown`` (3,), averaged over the visible face.

    ``cloth`` (3,) is what the brightest cloth below the chin shows.
    """
    level = math.log(shown @ LUMINANCE)
    hue = _hue(shown)
    belief = _normal(_GRID, TONE, TONE_SIGMA) * _exposure(level - _GRID)
    usual = np.array([_hue(_skin_colour(math.exp(tone))) for tone in _GRID])
    belief *= _student((hue - usual) / math.hypot(SKIN_HUE_SIGMA, LIGHT_HUE_SIGMA))
    if eye is not None:
        sigma = EYE_SIGMA + EYE_SIGMA_PX / eye.width_px
        belief *= _student((eye.contrast - EYE_CONTRAST - EYE_SLOPE * _GRID)[:, None] / sigma)
    if cloth is not None:
        beyond = math.log(max(float(cloth @ LUMINANCE), 1e-4) / MOST_CLOTH) - (level - _GRID)
        belief *= _student(np.maximum(beyond, 0)[:, None] / CLOTH_SIGMA)
    belief /= belief.sum()
    tone = float(belief @ _GRID)
    tails = np.interp([(1 - LIKELY) / 2, (1 + LIKELY) / 2], np.cumsum(belief) - belief / 2, _GRID)
    albedo = _albedo(math.exp(tone), hue, _light_hue(level - tone, cloth))
    return Reflectance(albedo, (math.exp(tails[0]), math.exp(tails[1])))


def _light_hue(exposure: float, cloth: Float | None) -> tuple[Float, float]:
    """What is known of the light's hue besides the skin, (2,), and how well: a variance of log."""
    camera = 1 / LIGHT_HUE_SIGMA**2  # it balances white
    if cloth is None:
        return np.zeros(2), 1 / camera
    start, end = WHITE_CLOTH
    white = float(np.clip((cloth @ LUMINANCE / math.exp(exposure) - start) / (end - start), 0, 1))
    known, unknown = NEUTRAL
    white *= float(np.clip((unknown - np.abs(_hue(cloth)).max()) / (unknown - known), 0, 1))
    seen = white / WHITE_CLOTH_SIGMA**2
    return seen * _hue(cloth) / (seen + camera), 1 / (seen + camera)


def typical_skin() -> Float:
    """Albedo (3,) to assume where nothing can be measured."""
    return _skin_colour(math.exp(TONE))


def typology_angle(albedo: Float) -> float:
    """Individual typology angle (Chardon et al. 1991) in degrees of an albedo (3,) under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    _, y, z = np.cbrt(to_xyz @ albedo / to_xyz.sum(axis=1))
    return math.degrees(math.atan2(116 * y - 16 - 50, max(200 * (y - z), 1e-6)))


def at_luminance(albedo: Float, luminance: float) -> Float:
    """A colour (3,) made as bright as that."""
    return np.asarray(albedo * luminance / (albedo @ LUMINANCE))


def _normal(at: Float, mean: float | Float, sigma: float) -> Float:
    return np.asarray(np.exp(-0.5 * ((at - mean) / sigma) ** 2) / sigma)


def _student(off: Float) -> Float:
    """Student's t of HEAVY_TAILS degrees of freedom at ``off`` (N, K) sigmas, up to a factor."""
    return np.asarray((1 + (off**2).sum(axis=1) / HEAVY_TAILS) ** (-(HEAVY_TAILS + off.shape[1]) / 2))


def _exposure(exposure: Float) -> Float:
    """How likely white shows such levels (log, one per tone of the grid)."""
    away = exposure - EXPOSURE - EXPOSURE_SLOPE * (_GRID - TONE)
    sigma = np.where(away > 0, EXPOSURE_SIGMA_UP, EXPOSURE_SIGMA_DOWN)
    usual = np.exp(-0.5 * (away / sigma) ** 2) * 2 / (EXPOSURE_SIGMA_UP + EXPOSURE_SIGMA_DOWN)
    missed = _normal(exposure, MISSED_EXPOSURE, MISSED_SIGMA)
    return np.asarray((1 - MISSED) * usual + MISSED * missed)


def _hue(colour: Float) -> Float:
    """Logarithms of R/G and B/G, (2,)."""
    log = np.log(np.maximum(colour, 1e-5))
    return np.asarray(log[[0, 2]] - log[1])


def _skin_colour(luminance: float) -> Float:
    """Typical skin of that luminance, linear RGB (3,)."""
    (dark, from_hue), (bright, to_hue) = DARK_SKIN, LIGHT_SKIN
    part = np.clip(math.log(luminance / dark) / math.log(bright / dark), 0, 1)
    return at_luminance(from_hue ** (1 - part) * to_hue**part, luminance)


def _albedo(luminance: float, hue: Float, light: tuple[Float, float]) -> Float:
    """Skin of that luminance; a hue that is not typical is shared between skin and light.

    ``light`` is the hue to expect of it and the variance of that.
    """
    usual, (expected, variance) = _skin_colour(luminance), light
    share = SKIN_HUE_SIGMA**2 / (SKIN_HUE_SIGMA**2 + variance)
    red, blue = np.exp(_hue(usual) + share * (hue - _hue(usual) - expected))
    return np.clip(at_luminance(np.array([red, 1.0, blue]), luminance), 0.005, 0.95)
