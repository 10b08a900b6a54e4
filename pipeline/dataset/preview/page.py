"""One HTML file that shows a data set: rejects first, then samples with filters and labels."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline import __version__
from pipeline.dataset.around_face import around_face
from pipeline.dataset.metadata import NOTE
from pipeline.dataset.preview.choose import evenly
from pipeline.dataset.preview.facts import facts
from pipeline.dataset.preview.pictures import data_uri
from pipeline.dataset.read import DataSetError, labels, rejects, rows
from pipeline.dataset.reasons import Group, grouped

Row = Mapping[str, Any]
Photo = NDArray[np.uint8]

LARGEST = 28_000_000
"""Bytes that the whole file stays below, whatever the data set."""
_PICTURES = 15_000_000  # characters of the samples' pictures together
_REJECTED_PICTURES = 3_000_000
_REJECTS = 200  # with a picture, of all groups together
_MOST_OF_A_GROUP = 60
_GROUPS = 40
_LONGEST = 300  # characters of one text of a row
_FACTS = 4_000_000  # characters of labels
_FILTERS = {
    "design": "Design",
    "wearing": "Worn",
    "colour": "Colour",
    "nose": "On the nose",
    "identity": "Identity",
    "verdict": "Verdict",
}


@dataclass(frozen=True)
class Source:
    """Where a page takes what it shows from. ``photo`` gives the pixels (H, W, 3 sRGB, upright) of the photo
    that a row was made from, or None where it is not to be found."""

    folder: Path
    title: str
    photo: Callable[[Row], Photo | None]


def page(source: Source, most: int) -> bytes:
    """The bytes of the page, at most `LARGEST`, with at most ``most`` samples, spread evenly.

    Raises DataSetError for a folder that is no data set, ImportError without the package jinja2.
    """
    from jinja2 import Environment, StrictUndefined

    total, identities, verdicts, rights = _survey(source.folder)
    shown = min(total, most)
    groups = grouped(rejects(source.folder), _MOST_OF_A_GROUP)
    left_out = sum(group.count for group in groups[_GROUPS:])
    samples = list(_samples(source, total, most, _PICTURES // max(shown, 1), _FACTS // max(shown, 1)))
    rejected = sum(group.count for group in groups)
    names = {
        name: number for number, name in enumerate(dict.fromkeys(n for s in samples for n, _ in s["facts"]))
    }
    data = {
        "names": list(names),
        "filters": list(_FILTERS),
        "samples": [
            {
                "title": f"{one['identity']}, {one['mask']}",
                "matte": one["matte"],
                "values": [[names[name], value] for name, value in one["facts"]],
            }
            for one in samples
        ],
    }
    style, script = _part("style.css"), _part("script.js")
    bare = sum(not one["before"] for one in samples)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # The page's own style and script are ours; all else is escaped.
    environment.globals.update(style=_safe(style), script=_safe(script))
    html = environment.from_string(_part("page.html")).render(
        title=source.title,
        style_hash=_hash(style),
        script_hash=_hash(script),
        counts=[
            ("samples", f"{total:,}", "samples"),
            ("identities", f"{identities:,}", ""),
            ("flagged", f"{verdicts['flagged']:,}", ""),
            ("rejects", f"{rejected:,}", "rejects" if rejected else ""),
        ],
        total=f"{total:,}",
        rejected=f"{rejected:,}",
        sampled=total > shown,
        without_photos=_without(bare, len(samples)),
        filters=_filters(samples, groups[:_GROUPS]),
        groups=list(_groups(source, groups[:_GROUPS])),
        left_out=f"{left_out:,}" if left_out else "",
        samples=samples,
        note=NOTE,
        rights=[f"{name}: {text}" for name, text in rights.items()],
        version=__version__,
        data=data,
    )
    return html.encode()


def _survey(folder: Path) -> tuple[int, int, Counter[str], dict[str, str]]:
    """Counts of all samples, and what the rows say about rights."""
    total, identities, verdicts = 0, set[str](), Counter[str]()
    said = {"licence": Counter[str](), "source": Counter[str](), "consent": Counter[str]()}
    for row in rows(folder):
        total += 1
        identities.add(str(row["identity"]))
        verdicts[str(row["verdict"])] += 1
        for name, counter in said.items():
            counter[str(row.get(name) or "not stated")] += 1
    words = {"licence": "Licences of the photos", "source": "Sources", "consent": "Consent"}
    rights = {}
    for name, counter in said.items():
        often = [f"{text} ({count:,})" for text, count in counter.most_common(5)]
        more = f", and {len(counter) - 5} more" if len(counter) > 5 else ""
        rights[words[name]] = ", ".join(often) + more
    return total, len(identities), verdicts, rights if total else {}


def _samples(
    source: Source, total: int, most: int, pictures: int, characters: int
) -> Iterator[dict[str, Any]]:
    """What the page shows of each sample, in at most so many characters of ``pictures`` and of labels."""
    for row in evenly(rows(source.folder), total, most):
        known = labels(source.folder, row)
        try:
            before, after = _pair(source, row, known, pictures)
            matte = _matte(source, row, known, pictures)
        except (OSError, KeyError, TypeError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"
            raise DataSetError(
                f"{row['image']} or its labels cannot be shown ({said}): see verify"
            ) from error
        mask = ", ".join(str(row[name]).replace("_", " ") for name in ("design", "wearing", "colour"))
        yield {
            "identity": _text(row["identity"]),
            "mask": mask,
            "verdict": _text(row["verdict"]),
            "reason": _text(row["reason"]),
            "before": before,
            "after": after,
            "matte": matte,
            "filters": {name: _text(row[name]) for name in _FILTERS},
            "text": " ".join(_text(row[name]) for name in ("sample_id", "identity", "photo", "reason")),
            "facts": _within(characters, [*_of_row(row), *facts(known)]),
        }


def _of_row(row: Row) -> list[tuple[str, str]]:
    return [(name, str(row[name])) for name in ("image", "labels", "face_hash") if row.get(name)]


def _within(characters: int, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first facts that fit."""
    used = 0
    kept = []
    for name, value in known:
        used += len(value) + 8
        if used > max(characters, 2000):
            break
        kept.append((name, value))
    return kept


def _pair(source: Source, row: Row, known: Mapping[str, Any], most: int) -> tuple[str, str]:
    """Data URIs of photo and masked photo, cut to the face; of the aligned crops where the photo is not to be
    found; "" for the first where those are missing as well."""
    folder = source.folder / str(row["labels"])
    crops = [folder / "unmasked_112.png", folder / "masked_112.png"]
    photo = source.photo(row)
    share = most * 9 // 20
    if photo is None and all(crop.exists() for crop in crops):
        first, second = (_opened(crop) for crop in crops)
        return data_uri(first, share), data_uri(second, share)
    after = _opened(source.folder / str(row["image"]))
    frame = around_face(known["face"]["box_px"], *after.size)
    if photo is None or (photo.shape[1], photo.shape[0]) != after.size:
        return "", data_uri(after.crop(frame), share)
    return data_uri(Image.fromarray(photo).crop(frame), share), data_uri(after.crop(frame), share)


def _matte(source: Source, row: Row, known: Mapping[str, Any], most: int) -> str:
    matte = Image.open(source.folder / str(row["labels"]) / "matte.png")
    small = matte.crop(around_face(known["face"]["box_px"], *matte.size))
    small.thumbnail((160, 160), Image.Resampling.LANCZOS)
    return data_uri(small, most // 10)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _groups(source: Source, groups: Iterable[Group]) -> Iterator[dict[str, Any]]:
    """Groups as the page shows them; the first rejects of all have a picture of their photo."""
    left = _REJECTS
    share = _REJECTED_PICTURES // _REJECTS
    for group in groups:
        shown = []
        for row in group.rows:
            photo = source.photo(row) if left and row["sha256"] else None
            left -= photo is not None
            face = "" if row["face"] is None else f", face {row['face']}"
            variant = "" if row["variant"] is None else f", variant {row['variant']}"
            shown.append(
                {
                    "identity": _text(row["identity"]),
                    "photo": _text(row["photo"]),
                    "where": face + variant,
                    "reason": _text(row["reason"]),
                    "picture": "" if photo is None else _thumbnail(photo, share),
                    "text": " ".join(_text(row[name]) for name in ("photo", "identity", "reason", "stage")),
                }
            )
        yield {"stage": group.stage, "reason": group.reason, "count": group.count, "rejects": shown}


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _thumbnail(photo: Photo, most: int) -> str:
    small = Image.fromarray(photo)
    small.thumbnail((192, 192), Image.Resampling.LANCZOS)
    return data_uri(small, most)


def _filters(samples: Iterable[Mapping[str, Any]], groups: Iterable[Group]) -> list[dict[str, Any]]:
    """What the page's samples and rejects can be chosen by; what all have in common is no choice."""
    counts = {name: Counter(one["filters"][name] for one in samples) for name in _FILTERS}
    for group in groups:
        counts["identity"].update(_text(row["identity"]) for row in group.rows)
        counts["verdict"]["rejected"] += len(group.rows)
    return [
        {
            "name": name,
            "label": label,
            "options": sorted(counts[name].items()),
            "words": {option: option.replace("_", " ") for option in counts[name] if name != "identity"},
        }
        for name, label in _FILTERS.items()
    ]


def _without(bare: int, shown: int) -> str:
    if not bare:
        return ""
    which = "The photos were" if bare == shown else f"{bare} photos were"
    return f"{which} not found: give their folder with --photos to see the pictures before as well."


def _part(name: str) -> str:
    return (files("pipeline.dataset.preview") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a Content-Security-Policy names a style or script that may be used."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _safe(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)
