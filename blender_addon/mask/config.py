"""The panel Mask and the configuration: its seed, its block ``masks``, and the files that this names.

A locked field is a weight for one name; what is not locked is drawn by the weights of the configuration that
was loaded, else by the design's own.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from .. import job
from ..connection import known
from ..decimals import shortest
from . import own_picture
from .document import ABSENT, get, names_in, parsed, with_one_size
from .properties import AS_DESIGNED, PICTURE, is_edited, kept_of

DESIGNS = "designs"
"""Folder, below the configuration's own, of designs that are not built in."""
KEYS = {"fabrics": "fabric", "colours": "colour", "prints": "print", "coverage": "coverage"}
_OF_ALL = ("designs", "wearing", *KEYS)


def to_config(group) -> dict:
    _remember_designs(group)
    kept = kept_of(group)
    own = own_design(group)
    prints = _field(group, kept, "prints", "print")
    pictures = kept.get("pictures", [])
    if group.picture is not None:
        pictures = [_picture(group)] if _prints_picture(group, prints) else []
        if pictures and not prints:
            prints = _own_weights(group, "prints") | {PICTURE: 1.0}
    return {
        "seed": group.seed,
        "masks": {
            "library": DESIGNS if own else _library(group, kept),
            "designs": {own: 1.0} if own else _designs(group, kept),
            "wearing": _wearing(group, kept),
            "coverage": _field(group, kept, "coverage", "coverage"),
            "fabrics": _field(group, kept, "fabrics", "fabric"),
            "colours": _field(group, kept, "colours", "colour"),
            "prints": prints,
            "pictures": pictures,
        },
    }


def from_config(group, config: dict) -> None:
    """Paths of a library and of pictures are absolute. The design's document is still to be asked for."""
    masks = config.get("masks", {})
    group.seed = min(config.get("seed", 0), 2**31 - 1)
    weights = {
        "designs": masks.get("designs", {"surgical": 1.0}),
        "wearing": masks.get("wearing", {"correct": 1.0}),
        **{key: masks.get(key, {}) for key in KEYS},
    }
    group.base = group.document = group.own_name = group.drawn = ""
    for key, field in {"designs": "design", "wearing": "wearing", **KEYS}.items():
        named = [name for name, weight in weights[key].items() if weight > 0]
        setattr(group, f"{field}_locked", len(named) == 1)
        if named or key == "coverage":
            setattr(group, f"{field}_name", named[0] if named else AS_DESIGNED)
    group.size_locked = False
    library = masks.get("library") or ""
    group.library = library if library and (Path(library) / f"{group.design_name}.yaml").is_file() else ""
    pictures = [one if isinstance(one, dict) else {"path": one} for one in masks.get("pictures", [])]
    group.picture = None
    if len(pictures) == 1 and own_picture.can_show(pictures[0]["path"]):
        own_picture.take(group, pictures[0])
        pictures = []
    group.kept = json.dumps({**weights, "pictures": pictures, "library": library or None})


def files(group) -> dict[str, bytes]:
    """The design that is not built in, and the pictures, by their path below the configuration's folder."""
    found: dict[str, bytes] = {}
    own = own_design(group)
    if own:
        document = parsed(group.document)
        written = with_one_size(document, group.size_name) if group.size_locked else document
        found[f"{DESIGNS}/{own}.yaml"] = job.text(written).encode()
        for name in _printed_files(document):
            path = Path(group.library) / "prints" / name
            if group.library and path.is_file():
                found[f"{DESIGNS}/prints/{name}"] = _bytes_of(str(path), path.stat().st_mtime_ns)
    if group.picture is not None and _prints_picture(group, _field(group, kept_of(group), "prints", "print")):
        path = own_picture.file_of(group.picture, job.folder(group.id_data))
        if path.is_file():
            found[own_picture.name_of(group.picture)] = _bytes_of(str(path), path.stat().st_mtime_ns)
    return found


def name_in_job(group) -> str:
    """What the chosen design is called in this job."""
    return own_design(group) or group.design_name


def own_design(group) -> str:
    """What the design is called where it is not a built-in one as it stands; else empty.

    Of a locked size there is no word in a configuration: it is a design that has no other for any face.
    """
    if not group.document or not group.design_locked:
        return ""
    if is_edited(group):
        return group.own_name or f"{group.design_name}_edited"
    if group.size_locked:
        return f"{group.design_name}_{group.size_name}"
    return group.design_name if group.library else ""


def _library(group, kept: dict) -> str | None:
    """The folder of designs that may be drawn, or of one whose document has not been asked for yet."""
    if not group.design_locked and len(kept.get("designs", {})) > 1:
        return kept.get("library")
    return group.library if group.library and not group.document and group.design_locked else None


def _remember_designs(group) -> None:
    """A .blend opened again draws from the same designs, before the bench has said which there are."""
    found = {one["name"]: one["wearing"] for one in known.designs() if one["built_in"]}
    if found:
        group.offers = json.dumps(found)


def _offers(group) -> dict[str, list[str]]:
    """Ways of wearing by built-in design."""
    return json.loads(group.offers) if group.offers else {}


def _designs(group, kept: dict) -> dict[str, float]:
    if group.design_locked:
        return _one(kept, "designs", group.design_name)
    if len(kept.get("designs", {})) > 1:
        return kept["designs"]
    return {name: 1.0 for name in _offers(group)} or {group.design_name: 1.0}


def _wearing(group, kept: dict) -> dict[str, float]:
    if group.wearing_locked:
        return _one(kept, "wearing", group.wearing_name or "correct")
    if len(kept.get("wearing", {})) > 1:
        return kept["wearing"]
    if group.design_locked:
        names = names_in(parsed(group.document), "wearing")
    else:
        names = sorted({name for worn in _offers(group).values() for name in worn})
    return {name: 1.0 for name in names} or {"correct": 1.0}


def _field(group, kept: dict, key: str, field: str) -> dict[str, float]:
    name = getattr(group, f"{field}_name")
    if name == AS_DESIGNED:
        return {}
    if getattr(group, f"{field}_locked") and name:
        return _one(kept, key, name)
    weights = kept.get(key, {})
    return weights if len(weights) > 1 else {}


def _one(kept: dict, key: str, name: str) -> dict[str, float]:
    """A weight for one name; a loaded configuration's own, where that is what it says."""
    weights = kept.get(key, {})
    return weights if [one for one, weight in weights.items() if weight > 0] == [name] else {name: 1.0}


def _own_weights(group, key: str) -> dict[str, float]:
    block = get(parsed(group.document), f"material.{key}")
    return {} if block is ABSENT else {name: one["weight"] for name, one in block.items()}


def _prints_picture(group, prints: dict[str, float]) -> bool:
    return not prints or prints.get(PICTURE, 0.0) > 0


def _picture(group) -> dict:
    width = [shortest(one) for one in group.picture_width]
    return {
        "path": own_picture.name_of(group.picture),
        "licence": group.picture_licence or None,
        "width_mm": sorted(width),
    }


def _printed_files(document: dict) -> list[str]:
    prints = get(document, "material.prints")
    return [] if prints is ABSENT else sorted({one["file"] for one in prints.values() if one.get("file")})


@lru_cache(maxsize=4)
def _bytes_of(path: str, changed: int) -> bytes:
    return Path(path).read_bytes()


def absolute(config: dict, folder: Path) -> dict:
    """A configuration read from ``folder`` with the paths of this panel made absolute."""
    masks = dict(config.get("masks") or {})
    if masks.get("library"):
        masks["library"] = str(folder / masks["library"])
    if "pictures" in masks:
        listed = [one if isinstance(one, dict) else {"path": one} for one in masks["pictures"]]
        masks["pictures"] = [{**one, "path": str(folder / one["path"])} for one in listed]
    return {**config, "masks": masks} if masks else config
