"""Pictures of one face for ``maskdrape inspect``: the photo, and over it what was found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from pipeline.colour import encode
from pipeline.faces.camera import project
from pipeline.faces.ears.anchors import ear_anchors
from pipeline.faces.light.lamps import irradiance
from pipeline.faces.raster import Raster, rasterise
from pipeline.faces.visible import visible
from pipeline.head.ibug68 import points_68
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Face, Float, Int, Photo

SIDE = 440  # px of a panel
FINE = 2  # lines are drawn so much larger, then reduced
MARGIN = 0.06  # of the head's extent
GROUND = (24, 26, 30)
SCALE_MM = 4.0  # residual at the red end
EAR, ANCHOR, HIDDEN = (255, 186, 60), (255, 80, 160), (150, 150, 160)
MESH = (80, 230, 200)
COVER = (235, 60, 220)


@dataclass(frozen=True)
class View:
    """A square of the photo around one head, and what of the fitted head its cells see."""

    photo: Image.Image  # (SIDE, SIDE)
    box: tuple[int, int, int, int]  # x0 y0 x1 y1 px of the photo; may reach beyond it
    raster: Raster  # (SIDE, SIDE)
    normals: Float  # (SIDE, SIDE, 3) unit, camera frame; 0 beside the head

    def at(self, points: Float) -> Float:
        """Points (..., 2) px of the photo, in px of a panel."""
        return np.asarray((points - self.box[:2]) * (SIDE / (self.box[2] - self.box[0])))


def view_of(photo: Photo, face: Face) -> View:
    """The view that shows head, ears and landmarks of a face."""
    head = load_head()
    low, high = _extent(face)
    side = max(16, int(np.ceil((high - low).max() * (1 + 2 * MARGIN))))
    x, y = np.round((low + high) / 2 - side / 2).astype(int)
    box = (int(x), int(y), int(x) + side, int(y) + side)
    raster = rasterise(face.vertices, head.faces, face.camera, box, (SIDE, SIDE))
    hit = raster.triangle >= 0
    corners = head.faces[raster.triangle[hit]]
    normals = np.zeros((SIDE, SIDE, 3))
    around = vertex_normals(face.vertices, head.faces)
    normals[hit] = np.einsum("pcd,pc->pd", around[corners], raster.barycentric[hit])
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
    return View(_cut_out(photo.pixels, box), box, raster, normals)


def _extent(face: Face) -> tuple[Float, Float]:
    """Corners (2,), (2,) px of what a view shows: landmarks, and the fitted head where it lies near them."""
    low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
    head = load_head()
    shown = ~head.regions["neck"] & (head.mean[:, 1] < 0.07) & (head.mean[:, 1] > -0.12)
    points = project(face.vertices[shown], face.camera)
    size = float((high - low).max())
    near = np.isfinite(points).all() and (np.abs(points - (low + high) / 2) < 3 * size).all()
    if near:
        low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    return low, high


def _cut_out(pixels: NDArray[np.uint8], box: tuple[int, int, int, int]) -> Image.Image:
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    square = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), GROUND)
    if x1 > x0 and y1 > y0:
        square.paste(Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1])), (x0 - box[0], y0 - box[1]))
    smaller = len(range(box[0], box[2])) > SIDE
    return square.resize((SIDE, SIDE), Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC)


def landmark_panel(view: View, face: Face) -> Image.Image:
    """The detector's points, coloured by how far each lies off the fitted head; pale where unbelieved."""
    sheet, draw = _sheet()
    points = view.at(face.landmarks) * FINE
    off = face.residuals_mm if face.residuals_mm is not None else np.full(len(points), np.nan)
    radius = 3.0 if len(points) > 100 else 5.0
    for number in np.argsort(np.nan_to_num(off, nan=-1.0)):  # the worst on top
        known = np.isfinite(off[number]) and face.confidence[number] > 0
        ink = residual_colour(float(off[number])) if known else HIDDEN
        _dot(draw, points[number], radius, (*ink, 255))
    return _over(view.photo, sheet)


def residual_colour(off_mm: float) -> tuple[int, int, int]:
    """Green at 0 by yellow to red at SCALE_MM and beyond."""
    share = min(off_mm / SCALE_MM, 1.0)
    stops = ((70, 225, 120), (250, 220, 70), (250, 60, 50))
    low, part = (0, share * 2) if share < 0.5 else (1, share * 2 - 1)
    r, g, b = (round(a + (c - a) * part) for a, c in zip(stops[low], stops[min(low + 1, 2)], strict=True))
    return r, g, b


def wire_panel(view: View, face: Face, seen: NDArray[np.bool_]) -> Image.Image:
    """The fitted head's mesh where the camera sees it, its 68 landmarks, ears and loop anchors."""
    sheet, draw = _sheet()
    head = load_head()
    points = view.at(project(face.vertices, face.camera)) * FINE
    triangles = np.unique(view.raster.triangle)
    shown = np.zeros(len(head.faces), bool)
    shown[triangles[triangles >= 0]] = True
    edges, first, second = _edges()
    ears = head.regions["ear_left"] | head.regions["ear_right"]
    drawn = shown[first] | shown[second]
    for a, b in edges[drawn]:
        of_ear = ears[a] and ears[b]
        draw.line([*points[a], *points[b]], (*EAR, 190) if of_ear else (*MESH, 120), 1)
    for name in ("ear_left", "ear_right"):
        inside = np.zeros(view.raster.triangle.shape, bool)
        hit = view.raster.triangle >= 0
        inside[hit] = head.regions[name][head.faces[view.raster.triangle[hit]]].all(axis=1)
        _outline(sheet, inside, EAR)
    draw = ImageDraw.Draw(sheet)
    image = view.at(project(points_68(face.vertices), face.camera)) * FINE
    for point, is_seen in zip(image, seen, strict=True):
        _dot(draw, point, 4.5, (255, 255, 255, 255) if is_seen else (*HIDDEN, 160))
    for ear, sulcus in zip(
        ear_anchors(face.vertices, face.camera), (head.ear_sulcus_left, head.ear_sulcus_right), strict=True
    ):
        _crease(draw, points[sulcus], visible(face.vertices[sulcus], face))
        for point, is_seen in zip(view.at(ear.points) * FINE, ear.visible, strict=True):
            if np.isfinite(point).all():
                _ring(draw, point, 10, ANCHOR if is_seen else HIDDEN, is_seen)
    return _over(_dimmed(view.photo, 0.72), sheet)


def _crease(draw: ImageDraw.ImageDraw, path: Float, seen: NDArray[np.bool_]) -> None:
    """The line behind an ear on which a loop lies, faint where the head hides it."""
    if np.isfinite(path).all():
        for start, end, shown in zip(path[:-1], path[1:], seen[:-1] & seen[1:], strict=True):
            draw.line([*start, *end], (*ANCHOR, 255 if shown else 90), 4 if shown else 2)


def occluder_panel(view: View, face: Face) -> Image.Image:
    """What would lie in front of a mask, in colour over the photo."""
    matte = Image.new("L", (view.box[2] - view.box[0], view.box[3] - view.box[1]), 0)
    if face.occluder.matte.size:
        left, top = face.occluder.box[:2]
        matte.paste(Image.fromarray(face.occluder.matte), (left - view.box[0], top - view.box[1]))
    cover = matte.resize(
        (SIDE, SIDE), Image.Resampling.BOX if matte.width > SIDE else Image.Resampling.BICUBIC
    )
    grey = np.asarray(_dimmed(view.photo, 0.85), np.float64)
    share = np.asarray(cover, np.float64)[..., None] / 255
    tinted = 0.35 * grey + 0.65 * np.array(COVER)
    shown = grey * (1 - share) + tinted * share
    picture = Image.fromarray(shown.astype(np.uint8))
    sheet, _ = _sheet()
    _outline(sheet, np.asarray(cover) > 127, COVER)
    return _over(picture, sheet)


def normal_panel(view: View) -> Image.Image:
    """Unit normals as colours: red to the right, green up, blue towards the camera."""
    colours = (view.normals * [1, -1, -1] * 0.5 + 0.5) * 255
    return _on_head(view, colours)


def relit_panel(view: View, face: Face) -> Image.Image:
    """The fitted head as bare skin in the light that was read from the photo."""
    skin = irradiance(face.light, view.normals) * face.light.skin_albedo
    return _on_head(view, encode(skin) * 255)


def _on_head(view: View, colours: Float) -> Image.Image:
    hit = view.raster.triangle >= 0
    soft = np.asarray(Image.fromarray((hit * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6)))
    share = np.where(hit, soft, 0)[..., None] / 255
    ground = np.asarray(_dimmed(view.photo, 0.3), np.float64)
    return Image.fromarray((ground * (1 - share) + colours * share + 0.5).clip(0, 255).astype(np.uint8))


@cache
def _edges() -> tuple[Int, Int, Int]:
    """Edges (E, 2) of the head's quadrangles, and the triangles (E,), (E,) at their two sides.

    The mesh is of quadrangles, cut into two triangles each that follow one another: the cuts are left out.
    """
    faces = load_head().faces
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    owner = np.tile(np.arange(len(faces)), 3)
    edges, inverse = np.unique(pairs, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    first, second = np.full(len(edges), len(faces)), np.full(len(edges), -1)
    np.minimum.at(first, inverse, owner)
    np.maximum.at(second, inverse, owner)
    kept = (first // 2 != second // 2) | (first == second)
    return edges[kept].astype(np.int32), first[kept].astype(np.int32), second[kept].astype(np.int32)


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGBA", (SIDE * FINE, SIDE * FINE), (0, 0, 0, 0))
    return sheet, ImageDraw.Draw(sheet, "RGBA")


def _over(ground: Image.Image, sheet: Image.Image) -> Image.Image:
    # Premultiplied while it is reduced, or lines get dark rims.
    reduced = sheet.convert("RGBa").resize((SIDE, SIDE), Image.Resampling.BOX).convert("RGBA")
    return Image.alpha_composite(ground.convert("RGBA"), reduced).convert("RGB")


def _dimmed(picture: Image.Image, level: float) -> Image.Image:
    """Greyed and darkened, so that colours laid over it stand out."""
    grey = picture.convert("L").convert("RGB")
    pale = Image.blend(grey, picture, 0.25)
    return Image.blend(Image.new("RGB", picture.size, GROUND), pale, level)


def _dot(draw: ImageDraw.ImageDraw, at: Float, radius: float, ink: tuple[int, int, int, int]) -> None:
    if np.isfinite(at).all():
        x, y = at
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink)


def _ring(
    draw: ImageDraw.ImageDraw, at: Float, radius: float, ink: tuple[int, int, int], filled: bool
) -> None:
    x, y = at
    where = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(where, (*ink, 255) if filled else None, (255, 255, 255, 255) if filled else (*ink, 255), 3)


def _outline(sheet: Image.Image, inside: NDArray[np.bool_], ink: tuple[int, int, int]) -> None:
    """Draw the rim of a mask (SIDE, SIDE) on a sheet."""
    if not inside.any():
        return
    large = Image.fromarray((inside * 255).astype(np.uint8)).resize(sheet.size, Image.Resampling.BICUBIC)
    smooth = large.filter(ImageFilter.GaussianBlur(2))
    level = np.asarray(smooth, np.float64)
    rim = np.clip(1 - np.abs(level - 128) / 64, 0, 1)
    line = Image.new("RGBA", sheet.size, (*ink, 0))
    line.putalpha(Image.fromarray((rim * 255).astype(np.uint8)))
    sheet.alpha_composite(line)
