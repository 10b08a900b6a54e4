"""What a masked photo says about itself: where and how it was taken, and that a mask was put into it."""

from __future__ import annotations

from PIL import Image
from PIL.ExifTags import IFD, Base

NOTE = "Synthetic composite: the face mask in this photograph was rendered by MaskDrape."

# IPTC's term for a picture of which at least one element is synthetic.
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType='
    '"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def exif_without_thumbnail(image: Image.Image, *, upright: bool = False) -> bytes:
    """EXIF of an opened photo, without its thumbnail: that shows the bare face. b"" where there is none.

    ``upright`` says that the pixels it will go with were turned.
    """
    try:
        exif = image.getexif()
        if not exif:
            return b""
        exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)  # read now, or they are left out
        if upright and Base.Orientation in exif:
            exif[Base.Orientation] = 1
        return exif.tobytes()
    except Exception:  # a broken block is no reason to lose the picture
        return b""
