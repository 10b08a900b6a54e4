"""A face in words: what ``maskdrape inspect`` writes beside its pictures."""

from __future__ import annotations

import math

import numpy as np

from pipeline.colour import LUMINANCE
from pipeline.faces.ears.anchors import ear_anchors
from pipeline.records import Face, Float, Light, LightFit, Photo

Line = tuple[str, str]  # what, and how much


def face_words(photo: Photo, face: Face) -> list[Line]:
    """Pose, camera and fit."""
    yaw, pitch, roll = (float(angle) for angle in np.degrees(face.yaw_pitch_roll))
    source = "from the photo's EXIF" if photo.focal_px is not None else "assumed: no EXIF"
    size = face.camera.focal_px / face.translation[2] * 0.145
    return [
        ("turned", _turned(yaw, "to their left", "to their right")),
        ("bowed", _turned(pitch, "down", "up")),
        ("tilted", _turned(roll, "left ear up", "right ear up")),
        ("distance", f"{face.translation[2]:.2f} m ({source})"),
        ("focal length", f"{face.camera.focal_px:.0f} px"),
        ("between the ears", f"{size:.0f} px"),
        ("landmarks off the head", f"median {face.residual_mm:.2f} mm, {face.residual_px:.2f} px"),
        *_ear_words(face),
        *_cover_words(face),
    ]


def _turned(angle: float, positive: str, negative: str) -> str:
    return f"{abs(angle):.1f}° {positive if angle >= 0 else negative}"


def _ear_words(face: Face) -> list[Line]:
    lines = []
    for ear in ear_anchors(face.vertices, face.camera):
        seen = int(ear.visible.sum())
        words = ("behind the head", "one loop anchor in view", "both loop anchors in view")[seen]
        lines.append((f"{ear.side} ear", words))
    return lines


def _cover_words(face: Face) -> list[Line]:
    if not face.occluder.matte.size:
        return [("in front of the mask", "nothing found")]
    left, top, right, bottom = face.box
    area = float(face.occluder.matte.sum()) / 255
    share = area / max((right - left) * (bottom - top), 1.0)
    return [("in front of the mask", f"{share:.0%} as large as the face's box")]


def light_words(light: Light, fit: LightFit | None) -> list[Line]:
    """Where the light comes from, and which part of all of it that is."""
    ambient = float(light.ambient @ LUMINANCE)
    lamps = light.irradiance @ LUMINANCE
    total = ambient + float(lamps.sum())
    lines = [("light from all around", f"{ambient / max(total, 1e-9):.0%}")]
    for number in np.argsort(-lamps):
        where = _whence(light.directions[number])
        lines.append((f"lamp {where}", f"{lamps[number] / max(total, 1e-9):.0%}"))
    albedo = light.skin_albedo
    range_of_skin = f" ({fit.skin_luminance[0]:.2f} to {fit.skin_luminance[1]:.2f})" if fit else ""
    lines.append(("skin reflects, linear", f"{float(albedo @ LUMINANCE):.2f}{range_of_skin}"))
    if fit is None:
        lines.append(("light", "assumed: too little skin in view"))
    else:
        lines.append(("light is off by", f"{fit.residual:.0%} (even light: {fit.residual_even:.0%})"))
    return lines


def _whence(direction: Float) -> str:
    """In the picture's words: from the left is from the picture's left."""
    x, y, z = (float(value) for value in direction)
    high = "above" if y < -0.35 else "below" if y > 0.35 else ""
    side = "left" if x < -0.3 else "right" if x > 0.3 else ""
    depth = "behind" if z > 0.2 else "in front" if z < -0.7 else "beside" if side else ""
    turn = math.degrees(math.acos(max(-1.0, min(1.0, -z))))
    return (
        f"{' '.join(part for part in (high, side, depth) if part) or 'in front'}, {turn:.0f}° off the camera"
    )
