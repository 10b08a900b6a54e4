"""OpenEXR files by the reference library: what Blender renders, and the label images.

The library is held below 3.3: from 3.3 on it reads and writes through a C core whose symbols clash
with those of the OpenEXR that Debian's Blender is linked to, which crashes that Blender; 3.2 does
not use the core, and is still maintained.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import Imath
import numpy as np
import OpenEXR
from numpy.typing import NDArray

_FLOAT = Imath.PixelType(Imath.PixelType.FLOAT)
_HALF = Imath.PixelType(Imath.PixelType.HALF)


def read_exr(path: Path) -> dict[str, NDArray[np.float32]]:
    """Channels of the first part of an EXR file by full channel name, each (H, W), first row at the top.

    Raises ValueError for a file that is not OpenEXR.
    """
    if not OpenEXR.isOpenExrFile(str(path)):
        raise ValueError(f"{path.name} is not an OpenEXR file")
    file = OpenEXR.InputFile(str(path))
    try:
        header = file.header()
        low, high = header["dataWindow"].min, header["dataWindow"].max
        shape = (high.y - low.y + 1, high.x - low.x + 1)
        names = sorted(header["channels"])
        return {
            name: np.frombuffer(data, np.float32).reshape(shape)
            for name, data in zip(names, file.channels(names, _FLOAT), strict=True)
        }
    finally:
        file.close()


def write_exr(path: Path, channels: Mapping[str, NDArray[np.floating[Any]]], *, half: bool = False) -> None:
    """Write equally large (H, W) ``channels`` as one zip-compressed scan-line EXR, float32 or float16.

    Raises ValueError for unequal shapes.
    """
    shapes = {np.shape(values) for values in channels.values()}
    if len(shapes) != 1:
        raise ValueError(f"channels differ in shape: {sorted(shapes)}")
    height, width = shapes.pop()
    header = OpenEXR.Header(width, height)
    header["compression"] = Imath.Compression(Imath.Compression.ZIP_COMPRESSION)
    header["channels"] = {name: Imath.Channel(_HALF if half else _FLOAT) for name in channels}
    file = OpenEXR.OutputFile(str(path), header)
    try:
        dtype = np.float16 if half else np.float32
        file.writePixels({name: np.ascontiguousarray(v, dtype).tobytes() for name, v in channels.items()})
    finally:
        file.close()
