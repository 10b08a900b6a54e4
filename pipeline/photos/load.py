"""One file -> upright sRGB pixels, or a reason why not."""

from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from pipeline.config import PhotosConfig
from pipeline.photos.earlier import earlier_history
from pipeline.photos.exif import focal_length_px
from pipeline.photos.jpeg import jpeg_history
from pipeline.records import Photo, PhotoSource, Rejected

MIN_SIDE_PX = 32
MAX_FILE_BYTES = 512 * 2**20
# Our own limit is checked on the header, before pixels are decoded.
Image.MAX_IMAGE_PIXELS = None
FORMATS = ("PNG", "JPEG", "WEBP")

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (0, b"II*\0", "TIFF or camera raw"),
    (0, b"MM\0*", "TIFF or camera raw"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"<svg", "SVG"),
)


def load_photo(source: PhotoSource, config: PhotosConfig) -> Photo:
    """Open a PNG, JPEG or WebP file; convert palette, grey, 16-bit, CMYK and profiled colour to sRGB.

    Alpha is laid over white; of several frames the first is taken. Returns pixels (H, W, 3) uint8,
    turned upright by the EXIF orientation. Raises Rejected("photos", ...) for anything else.
    """
    data = _read(Path(source.path))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image.size, config)
            focal_px = focal_length_px(image)
            jpeg = jpeg_history(image)
            image.load()
            upright = ImageOps.exif_transpose(image)
            pixels = np.asarray(as_srgb(upright), dtype=np.uint8)
    except Rejected:
        raise
    except UnidentifiedImageError as error:
        raise Rejected("photos", _unidentified(data)) from error
    except MemoryError as error:
        raise Rejected("photos", "too large for this machine's memory") from error
    except Exception as error:  # decoders raise nearly anything on broken bytes
        raise Rejected("photos", f"damaged image: {error or type(error).__name__}") from error
    return Photo(
        sha256=hashlib.sha256(data).hexdigest(),
        name=source.name,
        identity=source.identity,
        pixels=pixels,
        focal_px=focal_px,
        source=source.source,
        licence=source.licence,
        consent=source.consent,
        beard_mm=source.beard_mm,
        jpeg=jpeg,
        earlier_jpeg=earlier_history(pixels, jpeg),
        file=data,
    )


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Rejected("photos", "not a file")
        if status.st_size == 0:
            raise Rejected("photos", "an empty file (0 bytes)")
        if status.st_size > MAX_FILE_BYTES:
            raise Rejected("photos", f"the file is larger than {MAX_FILE_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise Rejected("photos", f"cannot read the file: {error.strerror or error}") from error


def _check_size(size: tuple[int, int], config: PhotosConfig) -> None:
    width, height = size
    if min(size) < MIN_SIDE_PX:
        raise Rejected(
            "photos", f"{width}×{height} pixels is too small: the shorter side must be {MIN_SIDE_PX} or more"
        )
    if width * height > config.max_megapixels * 1e6:
        raise Rejected(
            "photos",
            f"{width}×{height} is {width * height / 1e6:.0f} megapixels, above photos.max_megapixels "
            f"= {config.max_megapixels:g}",
        )


def _unidentified(data: bytes) -> str:
    for offset, signature, name in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return f"a {name} file; PNG, JPEG and WebP can be read"
    return "not an image (PNG, JPEG and WebP can be read)"


def as_srgb(image: Image.Image) -> Image.Image:
    """Any of Pillow's modes -> RGB with sRGB primaries and transfer."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        # A 16-bit file holds 0..65535; 257 maps its white to 255 exactly.
        deep = np.asarray(image, dtype=np.float64)
        image = Image.fromarray(np.clip(np.rint(deep / 257.0), 0, 255).astype(np.uint8))
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    elif image.mode in {"P", "1", "PA", "LA"}:
        image = image.convert("L" if image.mode in {"1", "LA"} else "RGB")
    image = _apply_profile(image, profile).convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", image.size, "white")
        image = Image.composite(image, white, alpha)
    return image


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(embedded):
            return image  # converting sRGB to sRGB would only round
        converted = ImageCms.profileToProfile(
            image, embedded, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # an unusable profile is ignored, as browsers do
    return converted if converted is not None else image
