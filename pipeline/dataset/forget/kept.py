"""Fits and drapes that caches keep of photos, also of those that no row speaks of any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.cache import is_of_a_face, photo_of_entry
from pipeline.dataset.forget.elsewhere import SHARED
from pipeline.dataset.forget.traces import Traces, mentions

_NAMELESS = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}\.npz")


def remove_kept(folder: Path, caches: list[Path], traces: Traces) -> Iterator[str]:
    """Delete what caches keep of the photos that are to go; yields a line on it, and on what may remain.

    A photo that was withdrawn, or whose run was killed early, may have left a fit and no row. In the data
    set's own cache all goes that is of no photo that stays. A cache elsewhere may serve other data sets as
    well: what is of photos that this one does not know stays there, and is counted.
    """
    state = (folder / ".maskdrape").resolve()
    staying = {_photo(row["sha256"]) for row in mentions(folder) if row["sha256"] and not traces.of_row(row)}
    gone, unknown = 0, []
    for cache in caches:
        own = state in cache.resolve().parents and not (cache / SHARED).exists()

        def goes(sha256: str, own: bool = own) -> bool:
            return sha256 in traces.contents or (own and _photo(sha256) not in staying)

        gone += _removed(cache, goes)
        if not own:
            left = sum(_photo(sha256) not in staying for _, sha256 in entries(cache))
            unknown += [(cache, left)] if left else []
    yield f"fits and drapes kept for later runs: {gone} files"
    for cache, left in unknown:
        yield (
            f"NOT: {left} fits and drapes in {cache} of photos that no row of this data set names, such as "
            "another data set's; it can be made again: delete it to be sure"
        )


def entries(cache: Path) -> Iterator[tuple[Path, str]]:
    """Files of a cache, half-written ones included, with the SHA-256 of the photo they were made of."""
    for file in sorted(cache.glob("??/*")):
        sha256 = photo_of_entry(file)
        if sha256 is not None:
            yield file, sha256


def _removed(cache: Path, goes: Callable[[str], bool]) -> int:
    """Delete entries of photos that go; and those that older versions kept without writing down of which."""
    gone = [file for file, sha256 in entries(cache) if goes(sha256)]
    gone += [
        file
        for file in sorted(cache.glob("??/*.npz"))
        if _NAMELESS.fullmatch(f"{file.parent.name}/{file.name}") and is_of_a_face(file)
    ]
    for file in gone:
        file.unlink()
    return len(gone)


def _photo(sha256: str) -> bytes:
    return bytes.fromhex(sha256)  # of many photos: half the memory
