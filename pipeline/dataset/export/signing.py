"""C2PA: pictures signed with the user's certificate, saying that they are synthetic composites."""

from __future__ import annotations

import io
from pathlib import Path

from pipeline import __version__
from pipeline.dataset.export.errors import ExportError, need
from pipeline.dataset.export.task import Sign

_MANIFEST = {
    "claim_generator_info": [{"name": "MaskDrape", "version": __version__}],
    "format": "image/png",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
                    }
                ]
            },
        }
    ],
}
_WITHOUT_THUMBNAIL = {"builder": {"thumbnail": {"enabled": False}}}


def signer(certificates: Path, key: Path) -> Sign:
    """What signs PNG bytes; pixels and other metadata stay as they are.

    ``certificates`` is a PEM file with the signer's own first and then those above it, ``key`` its private
    key, unencrypted. Nothing is asked of the network: there is no time stamp of an authority, and whoever
    reads the picture decides whether to trust the certificate. Every signature has a number of its own, so
    bytes differ from one export to the next. Raises ExportError.
    """
    need("c2pa", extra="c2pa")
    import c2pa

    try:
        chain, private = certificates.read_bytes(), key.read_bytes()
    except OSError as error:
        raise ExportError(
            f"--c2pa-cert, --c2pa-key: {error.filename} cannot be read: {error.strerror}"
        ) from error
    settings = c2pa.Context(c2pa.Settings.from_dict(_WITHOUT_THUMBNAIL))
    try:
        info = c2pa.C2paSignerInfo(_algorithm(private), chain, private, None)
        signs = c2pa.Signer.from_info(info)
    except c2pa.C2paError as error:
        raise ExportError(f"--c2pa-cert, --c2pa-key: {error}") from error

    def sign(png: bytes) -> bytes:
        signed = io.BytesIO()
        try:
            with c2pa.Builder(_MANIFEST, settings) as builder:
                builder.sign(signs, "image/png", io.BytesIO(png), signed)
        except c2pa.C2paError as error:
            raise ExportError(f"--c2pa-cert, --c2pa-key: {error}") from error
        return signed.getvalue()

    sign(_blank())  # a certificate that cannot sign is found out before anything is written
    return sign


def _algorithm(private: bytes) -> str:
    """The signature that C2PA has for a kind of key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(private, password=None)
    except (ValueError, TypeError) as error:
        raise ExportError("--c2pa-key: not an unencrypted private key in PEM") from error
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: "es256", 384: "es384"}.get(key.curve.key_size, "es512")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise ExportError("--c2pa-key: C2PA knows keys for ECDSA, Ed25519 and RSA")


def _blank() -> bytes:
    from PIL import Image

    data = io.BytesIO()
    Image.new("L", (8, 8)).save(data, format="PNG")
    return data.getvalue()
