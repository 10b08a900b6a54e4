"""What another recipe means for an output that is there already: said before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.dataset.rows import readable_json
from pipeline.files import write_whole

MOST = 12  # changes that are listed one by one
_NAME = "recipe.json"
_LONGEST = 60  # characters of a value


def remember_recipe(journals: Path, recipe: Mapping[str, Any]) -> None:
    """Keep a recipe (settings, versions, code) beside its journals."""
    if not (journals / _NAME).exists():
        write_whole(journals / _NAME, readable_json(recipe).encode())


def earlier_recipe(journals: Path) -> dict[str, Any]:
    """The other recipe, if any, with journals beside these, and its number of ``samples``; else empty."""
    for file in sorted(journals.parent.glob(f"*/{_NAME}")):
        if file.parent == journals:
            continue
        try:
            found = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            return {**found, "samples": _samples(file.parent)}
    return {}


def what_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Which settings differ, how many samples that costs, and what is used again; a line each."""
    if not before:
        return ["settings, seed or versions changed since the last run: making everything anew"]
    if all(before.get(part) == now[part] for part in ("settings", "versions", "code")):
        return []
    lines = [
        f"  {key}: {_shown(old)} -> {_shown(new)}"
        for part in ("settings", "versions")
        for key, old, new in _differences(before.get(part, {}), now[part])
    ]
    code = {key for key, old, new in _differences(before.get("code", {}), now["code"])}
    if not lines or (code and before.get("versions") == now["versions"]):
        lines.append("  MaskDrape's own code or models, or designs or pictures of yours")
    if len(lines) > MOST:
        lines = [*lines[:MOST], f"  and {len(lines) - MOST} more"]
    settings, old = now["settings"], before.get("settings", {})
    kept = []
    if old.get("faces") == settings["faces"] and "faces" not in code:
        kept.append("the fits of faces")
        drawn = (old.get("seed"), old.get("masks", {}).get("drape")) == (
            settings["seed"],
            settings["masks"]["drape"],
        )
        if drawn and "drapes" not in code:
            kept.append("drapes of the same design and wearing")
    count, again = before["samples"], " and ".join(kept) or "nothing"
    return [
        "this output was made with other settings:",
        *lines,
        f"its {count} sample{'s' * (count != 1)} will be replaced; used again: {again}",
    ]


def _differences(
    old: Mapping[str, Any], new: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        # weights of names are shown whole: {surgical: 1.0}
        if above == "" and isinstance(one, dict) and isinstance(other, dict):
            yield from _differences(one, other, f"{key}.")
        elif one != other:
            yield above + key, one, other


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False).replace('"', "")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _samples(journals: Path) -> int:
    """Lines of samples; one that was made twice counts twice."""
    count = 0
    for file in sorted(journals.glob("*.jsonl")):
        with file.open("rb") as lines:
            count += sum(b'"kind": "sample"' in line for line in lines)
    return count
