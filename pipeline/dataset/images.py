"""PNG files with the same bytes every time; the masked photo says that it is synthetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

NOTE = "Synthetic composite: the face mask in this photograph was rendered by MaskDrape."

# IPTC's term for a picture of which at least one element is synthetic.
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType='
    '"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def save_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write (H, W) grey or (H, W, 3) sRGB uint8."""
    Image.fromarray(pixels).save(path, format="PNG", compress_level=6)


def save_masked_photo(path: Path, pixels: NDArray[np.uint8]) -> None:
    """`save_png` with the note in words and as IPTC's DigitalSourceType (XMP)."""
    info = PngInfo()
    info.add_text("Description", NOTE)
    info.add_itxt("XML:com.adobe.xmp", _XMP)
    Image.fromarray(pixels).save(path, format="PNG", compress_level=6, pnginfo=info)
