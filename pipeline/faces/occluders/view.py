"""A face turned upright and brought to one size, and what of the fitted head each cell sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.faces.raster import Raster, rasterise
from pipeline.records import Camera, Float, Int

CELLS = 128
SIDE = 0.21  # m at the face's distance: from above the brows to below the chin, ear to ear
CENTRE = np.array([0.0, -0.055, -0.015])  # m, head frame


@dataclass(frozen=True)
class Frame:
    """Where a view lies in the photo. Rows of the view run down the face."""

    turn: Float  # (2, 2) rows: the view's axes in the photo
    corner: Float  # (2,) its upper left corner along those axes from the photo's centre, px
    cell_px: float  # of the photo, along a cell's side
    camera: Camera

    @property
    def to_photo(self) -> Float:
        """(2, 3): px = to_photo @ [column, row, 1], in cells from the view's corner."""
        offset = self.corner @ self.turn + [self.camera.width / 2, self.camera.height / 2]
        return np.column_stack([self.turn.T * self.cell_px, offset])


@dataclass(frozen=True)
class View:
    """A square of cells over a face, each sampled at its centre."""

    frame: Frame
    pixels: NDArray[np.uint8]  # (n, n, 3) sRGB, averaged where the photo is finer; 0 outside the photo
    inside: NDArray[np.bool_]  # (n, n) cells that lie in the photo
    raster: Raster  # (n, n)


def face_view(
    pixels: NDArray[np.uint8],
    vertices: Float,
    faces: Int,
    rotation: Float,
    translation: Float,
    camera: Camera,
    cells: int = CELLS,
) -> View | None:
    """The view of one fitted head; None where it lies at or behind the camera, or out of the photo.

    pixels (H, W, 3) sRGB; vertices (V, 3) m, camera frame; faces (F, 3); rotation (3, 3) and
    translation (3,) m take the head frame to the camera frame.
    """
    frame = face_frame(rotation, translation, camera, cells)
    if frame is None or not (vertices[:, 2] > 1e-3).all():
        return None
    found = sampled(pixels, frame, cells)
    if found is None:
        return None
    return View(frame, *found, seen_in(frame, vertices, faces, cells))


def face_frame(rotation: Float, translation: Float, camera: Camera, cells: int = CELLS) -> Frame | None:
    """Where the view of a head lies; None if the head's middle is at or behind the camera."""
    middle = rotation @ CENTRE + translation
    if not middle[2] > 1e-2:
        return None
    down = -rotation[:2, 1] / max(float(np.linalg.norm(rotation[:2, 1])), 1e-9)
    turn = np.array([[down[1], -down[0]], down])
    cell_px = float(camera.focal_px / middle[2] * SIDE / cells)
    corner = turn @ (camera.focal_px * middle[:2] / middle[2]) - cells / 2 * cell_px
    return Frame(turn, corner, cell_px, camera)


def seen_in(frame: Frame, vertices: Float, faces: Int, cells: int = CELLS) -> Raster:
    """What each cell sees of a mesh: vertices (V, 3) m, camera frame; faces (F, 3)."""
    upright = np.eye(3)
    upright[:2, :2] = frame.turn
    # The same pinhole measured in cells, its picture moved by less than one so that the box is whole.
    small = Camera(frame.camera.focal_px / frame.cell_px, 0, 0)
    corner = frame.corner / frame.cell_px
    left, top = np.floor(corner).astype(int).tolist()
    moved = vertices @ upright.T
    moved = moved + np.outer(moved[:, 2] / small.focal_px, [*([left, top] - corner), 0.0])
    return rasterise(moved, faces, small, (left, top, left + cells, top + cells), (cells, cells))


def sampled(
    pixels: NDArray[np.uint8], frame: Frame, cells: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]] | None:
    """Colours (n, n, 3) of the cells, sRGB, and which (n, n) lie in the photo; None if hardly any do."""
    height, width = pixels.shape[:2]
    to_photo = frame.to_photo
    corners = np.array([[0, 0, 1], [cells, 0, 1], [0, cells, 1], [cells, cells, 1]]) @ to_photo.T
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, [width, height]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, 0, [width, height]).astype(int)
    if (high - low < 8).any():
        return None
    part = Image.fromarray(pixels[low[1] : high[1], low[0] : high[0]])
    shrink = max(1.0, frame.cell_px)
    size = np.maximum(np.round((high - low) / shrink), 1).astype(int)
    part = part.resize((int(size[0]), int(size[1])), Image.Resampling.BOX)
    shrunk = size / (high - low)
    into = (to_photo - np.column_stack([np.zeros((2, 2)), low])) * shrunk[:, None]
    shown = part.transform(
        (cells, cells), Image.Transform.AFFINE, tuple(into.ravel()), Image.Resampling.BILINEAR
    )
    row, column = np.indices((cells, cells)) + 0.5
    x, y = np.einsum("ij,jrc->irc", to_photo, np.stack([column, row, np.ones_like(row)]))
    inside = (x > 0) & (x < width) & (y > 0) & (y < height)
    return np.asarray(shown), np.asarray(inside)


def into_photo(
    picture: Float, frame: Frame, shape: tuple[int, int]
) -> tuple[Float, tuple[int, int, int, int]]:
    """A picture (n, n) of the view laid over a photo of ``shape`` (H, W): values (h, w) and their box.

    Bilinear; 0 outside the view. The box is x0 y0 x1 y1 px, half-open.
    """
    cells = picture.shape[0]
    to_photo = frame.to_photo
    corners = np.array([[0, 0, 1], [cells, 0, 1], [0, cells, 1], [cells, cells, 1]]) @ to_photo.T
    low = np.clip(np.floor(corners.min(axis=0)), 0, shape[::-1]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, shape[::-1]).astype(int)
    back = np.linalg.inv(to_photo[:, :2])
    back = np.column_stack([back, back @ (low - to_photo[:, 2])])
    laid = Image.fromarray(picture.astype(np.float32)).transform(
        (int(high[0] - low[0]), int(high[1] - low[1])),
        Image.Transform.AFFINE,
        tuple(back.ravel()),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(laid, np.float64), (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
