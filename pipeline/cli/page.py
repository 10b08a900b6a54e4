"""The picture that ``maskdrape inspect`` makes of one photo."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from pipeline.cli.lettering import Ink, length, write
from pipeline.cli.panels import (
    GROUND,
    SCALE_MM,
    SIDE,
    landmark_panel,
    normal_panel,
    occluder_panel,
    relit_panel,
    residual_colour,
    view_of,
    wire_panel,
)
from pipeline.cli.spheres import sphere_panel
from pipeline.cli.words import Line, face_words, light_words
from pipeline.faces.visible import visible
from pipeline.head.ibug68 import points_68
from pipeline.records import Face, Photo, Verdict

GAP, CAPTION, HEADER, BAR = 14, 26, 74, 56
TEXT = 430  # px, width of the column of words
WIDTH = 3 * SIDE + TEXT + 5 * GAP
PAPER: Ink = (14, 15, 18)
INK: Ink = (232, 234, 238)
FAINT: Ink = (140, 146, 156)
INKS: dict[Verdict, Ink] = {"ok": (70, 200, 120), "flagged": (245, 190, 60), "rejected": (240, 80, 70)}


def page(photo: Photo, name: str, faces: Sequence[Face], reason: str) -> Image.Image:
    """One photo with all its faces, one below the other; ``reason``: why there is none."""
    height, width = photo.pixels.shape[:2]
    rows = [_face(photo, face) for face in faces] or [_nothing(photo, reason)]
    sheet = Image.new("RGB", (WIDTH, HEADER + sum(row.height + GAP for row in rows)), PAPER)
    write(sheet, (GAP, 12), name, 26, INK)
    focal = f"focal length {photo.focal_px:.0f} px by EXIF" if photo.focal_px else "no focal length in it"
    count = f"{len(faces)} face{'s' * (len(faces) != 1)}"
    write(sheet, (GAP, 46), f"{width} x {height} px · {focal} · {count}", 16, FAINT)
    if len(faces) > 1:
        _overview(sheet, photo, faces)
    top = HEADER
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height + GAP
    return sheet


def _overview(sheet: Image.Image, photo: Photo, faces: Sequence[Face]) -> None:
    """The whole photo in the header, with the faces' boxes in their verdicts' colours."""
    small = Image.fromarray(photo.pixels)
    small.thumbnail((300, HEADER - 8))
    factor = small.width / photo.pixels.shape[1]
    draw = ImageDraw.Draw(small)
    for face in faces:
        draw.rectangle([float(edge) for edge in face.box * factor], None, INKS[face.verdict], 2)
    sheet.paste(small, (sheet.width - small.width - GAP, 4))


def _face(photo: Photo, face: Face) -> Image.Image:
    view = view_of(photo, face)
    seen = visible(points_68(face.vertices), face)
    panels = [
        ("landmarks, by how far off the head", landmark_panel(view, face)),
        ("fitted head, its 68 landmarks, ears, loop anchors; hollow: hidden", wire_panel(view, face, seen)),
        ("in front of a mask", occluder_panel(view, face)),
    ]
    if face.verdict != "rejected":
        panels += [
            ("normals of the fitted head", normal_panel(view)),
            ("fitted head in the light found", relit_panel(view, face)),
            ("that light on white and on this skin", sphere_panel(face.light, SIDE, GROUND)),
        ]
    blocks = [face_words(photo, face)]
    if face.verdict != "rejected":
        blocks.append(light_words(face.light, face.light_fit))
    words = _words(blocks)
    height = BAR + max(-(-len(panels) // 3) * (SIDE + CAPTION), words.height)
    row = Image.new("RGB", (WIDTH, height), PAPER)
    _bar(row, face)
    for number, (caption, panel) in enumerate(panels):
        left = GAP + number % 3 * (SIDE + GAP)
        top = BAR + number // 3 * (SIDE + CAPTION)
        row.paste(panel, (left, top))
        write(row, (left + 2, top + SIDE + 4), caption, 14, FAINT)
    _scale(row, GAP + SIDE - 178, BAR + SIDE + 4)
    row.paste(words, (WIDTH - TEXT - GAP, BAR))
    return row


def _bar(row: Image.Image, face: Face) -> None:
    """Number and verdict of the face, with its reason."""
    ink = INKS[face.verdict]
    draw = ImageDraw.Draw(row)
    draw.rectangle(
        (0, 0, WIDTH, BAR - 10), tuple(round(0.16 * v + 0.84 * p) for v, p in zip(ink, PAPER, strict=True))
    )
    draw.rectangle((0, 0, 7, BAR - 10), ink)
    title = f"face {face.index}: {face.verdict}"
    write(row, (GAP + 8, 9), title, 24, ink)
    if face.reason:
        write(row, (GAP + 8 + length(title, 24) + 18, 14), face.reason, 19, INK)


def _words(blocks: Sequence[Sequence[Line]]) -> Image.Image:
    """A column of what and how much."""
    column = Image.new("RGB", (TEXT, 2400), PAPER)
    top = 0
    for lines in blocks:
        for what, much in lines:
            write(column, (0, top), what, 15, FAINT)
            top += 25 + write(column, (0, top + 18), much, 19, INK, TEXT)
        top += 12
    return column.crop((0, 0, TEXT, top))


def _scale(row: Image.Image, left: int, top: int) -> None:
    """The legend of the landmarks' colours."""
    draw = ImageDraw.Draw(row)
    for x in range(120):
        draw.line((left + 24 + x, top + 4, left + 24 + x, top + 12), residual_colour(SCALE_MM * x / 119))
    write(row, (left + 8, top), "0", 13, FAINT)
    write(row, (left + 148, top), f"{SCALE_MM:g} mm", 13, FAINT)


def _nothing(photo: Photo, reason: str) -> Image.Image:
    """The photo as it is, and why nothing was made of it."""
    shown = Image.fromarray(photo.pixels)
    shown.thumbnail((3 * SIDE, 2 * SIDE))
    row = Image.new("RGB", (WIDTH, shown.height + BAR), PAPER)
    draw = ImageDraw.Draw(row)
    draw.rectangle((0, 0, 7, BAR - 10), INKS["rejected"])
    write(row, (GAP + 8, 9), f"rejected: {reason}", 24, INKS["rejected"])
    row.paste(shown, (GAP, BAR))
    return row
