"""One sample -> its files, in the layout that every run writes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.images import save_masked_photo, save_png
from pipeline.dataset.rows import readable_json
from pipeline.exr import write_exr
from pipeline.files import settle, sha256_of
from pipeline.records import Layers, Sample


def image_name(identity: str, sample_id: str) -> str:
    """Path of the masked photo inside the data set, with forward slashes."""
    return f"images/{identity}/{sample_id}.png"


def jpeg_name(identity: str, sample_id: str) -> str:
    """Path of the same picture as a JPEG, where there is one."""
    return f"jpeg/{identity}/{sample_id}.jpg"


def labels_name(identity: str, sample_id: str) -> str:
    """Path of the folder of labels inside the data set."""
    return f"labels/{identity}/{sample_id}"


def place_of(identity: str, sample_id: str, name: str) -> str:
    """Path inside the data set of a file that sample.json speaks of by ``name``."""
    whole = {"image.png": image_name, "image.jpg": jpeg_name}
    if name in whole:
        return whole[name](identity, sample_id)
    return f"{labels_name(identity, sample_id)}/{name}"


def write_sample(output: Path, workshop: Path, identity: str, sample: Sample) -> dict[str, str]:
    """Write the masked photo and its labels below ``output``: SHA-256 of every file by its path there.

    They are made in ``workshop`` (same file system, this process's own) and moved into place when
    whole; what stood there before is replaced. Depth is metres along the camera's z and 0 where
    there is no mask; normals x, y, z in the camera frame; uv metres on the flat pattern. All have the
    photo's size but for the two crops.
    """
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    height, width = sample.pixels.shape[:2]
    layers = sample.layers
    save_masked_photo(workshop / "image.png", sample.pixels, sample.original)
    folder = workshop / "labels"
    folder.mkdir()
    save_png(folder / "matte.png", sample.matte)
    save_png(folder / "shadow.png", sample.shadow)
    save_png(folder / "extent.png", sample.extent)
    parts = _whole(layers, layers.parts.astype(np.float32), height, width)
    save_png(folder / "parts.png", parts.astype(np.uint8))
    write_exr(folder / "depth.exr", {"Z": _whole(layers, layers.depth, height, width)}, half=True)
    normals = {
        axis: _whole(layers, layers.normals[..., index], height, width) for index, axis in enumerate("XYZ")
    }
    write_exr(folder / "normals.exr", normals, half=True)
    uv = {axis: _whole(layers, layers.uv[..., index], height, width) for index, axis in enumerate("UV")}
    write_exr(folder / "uv.exr", uv, half=True)
    masked, unmasked = sample.crops
    save_masked_photo(folder / "masked_112.png", masked)
    save_png(folder / "unmasked_112.png", unmasked)
    own = {"image.png": sha256_of(workshop / "image.png")}
    own |= {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
    if sample.jpeg:
        own["image.jpg"] = hashlib.sha256(sample.jpeg).hexdigest()
    described = readable_json({**sample.labels, "files": own}) + "\n"
    (folder / "sample.json").write_bytes(described.encode())
    if sample.jpeg:
        (workshop / "image.jpg").write_bytes(sample.jpeg)
    settle(workshop)  # before the journal says that the sample is whole

    names = image_name(identity, sample.sample_id), labels_name(identity, sample.sample_id)
    image, labels = (output / name for name in names)
    sums = {place_of(identity, sample.sample_id, name): sha256 for name, sha256 in own.items()}
    sums[f"{names[1]}/sample.json"] = sha256_of(folder / "sample.json")
    labels.parent.mkdir(parents=True, exist_ok=True)
    image.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(labels, ignore_errors=True)
    folder.replace(labels)
    jpeg = output / jpeg_name(identity, sample.sample_id)
    jpeg.unlink(missing_ok=True)
    if sample.jpeg:
        jpeg.parent.mkdir(parents=True, exist_ok=True)
        (workshop / "image.jpg").replace(jpeg)
    (workshop / "image.png").replace(image)
    workshop.rmdir()
    return sums


def _whole(layers: Layers, crop: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    x0, y0, x1, y1 = layers.box
    whole = np.zeros((height, width), np.float32)
    whole[y0:y1, x0:x1] = crop
    return whole
