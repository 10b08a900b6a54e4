"""Looking through every byte of a folder for what must not be in it any more."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import quote

from pipeline.dataset.forget.traces import Traces, mentions

CHUNK = 4 << 20
SHORT = 6  # bytes: a shorter name also comes up by chance in compressed pictures
MOST = 20  # findings that are listed
_BEFORE, _AFTER = {"", *"\"'/\\>=,;\t\n"}, {"", *"\"'/\\<&,;\t\r\n"}  # digits that are a text
_HEX = re.compile(rb"[0-9a-f]{16,}")


@dataclass
class Searched:
    """What was looked through, and what was found: (path inside the folder, what it still holds)."""

    files: int = 0
    size: int = 0  # bytes
    names: int = 0  # different texts looked for
    hashes: int = 0
    found: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # names that stay and have one of those within them


def search(
    folders: Iterable[Path], traces: Traces, seen: Callable[[int], None] = lambda size: None
) -> Searched:
    """Look for every name, hash and sample id of ``traces`` in paths and contents of all files.

    The first of ``folders`` is the data set.

    Names are found as UTF-8 (composed or not), as JSON, HTML and URLs write them and with the zero bytes of
    wider encodings; where they are not part of a longer word, nor of an identity or photo that stays. Digits
    alone count as a quoted text or in a path, not as a number. In
    pictures and arrays a name of fewer than `SHORT` bytes counts only within readable text. ``seen`` is told
    the bytes of every file.
    """
    folders = list(folders)
    names = sorted({*traces.identities, *(name for name, _ in traces.photos)} | _person(traces))
    others = _others(folders[0], traces, names)
    hashes = {*traces.contents, *traces.files}
    looked = Searched(names=len(names), hashes=len(hashes) + len(traces.samples))
    looked.others = sorted(other for other in others if any(_within(name, other) for name in names))[:MOST]
    words = _Words(names, others)
    short = {*traces.prefixes, *(sha256[:16] for sha256 in hashes)}
    for folder in folders:
        for path, size in _files(folder):
            looked.files += 1
            looked.size += size
            place = path.relative_to(folder).as_posix()
            for what in _inside(path, place, words, hashes, traces.prefixes, short):
                if len(looked.found) < MOST:
                    looked.found.append((place, what))
            seen(size)
    return looked


class _Words:
    """Names to look for, as they may be written, and longer ones that they may be part of."""

    def __init__(self, names: Iterable[str], others: Iterable[str]) -> None:
        self._names = {form: name for name in names for form in _forms(name)}
        forms = sorted(self._names, key=len, reverse=True)
        longer = sorted({form for other in others for form in _forms(other)}, key=len, reverse=True)
        # At one place the longest is taken: an identity that stays hides the name within it.
        alternatives = "|".join(
            [f"(?P<stays>{'|'.join(map(re.escape, longer))})"] * bool(longer)
            + [f"(?P<gone>{'|'.join(map(re.escape, forms))})"] * bool(forms)
        )
        self._pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])") if forms else None
        self.longest = max((len(_bytes(form)) for form in [*forms, *longer]), default=0)
        self._needles = _shortest({_bytes(form) for form in forms})

    def found(self, data: bytes, *, readable: bool) -> str | None:
        """The first name in a text; among other bytes short ones only within readable text."""
        # Nearly all files hold none: that is known far sooner without the pattern.
        if self._pattern is None or not any(needle in data for needle in self._needles):
            return None
        text = data.decode(errors="surrogateescape")
        for match in self._pattern.finditer(text):
            if match.lastgroup != "gone":
                continue
            if match.group().isdecimal() and not _is_text(text, match.start(), match.end()):
                continue
            long = len(_bytes(match.group())) >= SHORT
            around = text[max(match.start() - SHORT, 0) : match.end() + SHORT]
            if readable or long or around.isprintable():
                return self._names[match.group()]
        return None


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _shortest(needles: set[bytes]) -> list[bytes]:
    """Those that hold no other: one of them is wherever any is."""
    kept: list[bytes] = []
    for needle in sorted(needles, key=len):
        if not any(other in needle for other in kept):
            kept.append(needle)
    return kept


def _is_text(text: str, start: int, end: int) -> bool:
    """Whether digits stand as a text or as part of a path, not as a number."""
    before, after = text[start - 1 : start], text[end : end + 2]
    return before in _BEFORE and (after[:1] in _AFTER or (after[0] == "." and after[1:].isalpha()))


def _forms(name: str) -> set[str]:
    """One name as different files write it."""
    forms = {name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))}
    for form in tuple(forms):
        forms |= {
            json.dumps(form)[1:-1],
            json.dumps(form, ensure_ascii=False)[1:-1],
            escape(form),
            escape(form).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
            quote(form),
            form.replace("/", "\\"),
            form.replace("/", "\\\\"),
        }
    return forms - {""}


def _inside(
    path: Path, place: str, words: _Words, hashes: set[str], prefixes: set[str], short: set[str]
) -> Iterator[str]:
    """What of them a file's path or content holds, each kind once."""
    name = words.found(_bytes(place), readable=True)
    if name is not None or any(prefix in place for prefix in prefixes):
        yield "in its path"
    told: set[str] = set()
    for data in _chunks(path, max(words.longest, 64)):
        readable = b"\0" not in data
        texts = [data] if readable else [data, data.replace(b"\0", b"")]
        for text in texts:
            name = words.found(text, readable=readable)
            if name is not None:
                told.add(f"the name {name!r}")
        for found in _HEX.finditer(data):
            run = found.group().decode()
            for start in range(len(run) - 15):
                if run[start : start + 16] not in short:
                    continue
                if run[start : start + 16] in prefixes:
                    told.add("the hash of a photo, or the id of a sample")
                elif run[start : start + 64] in hashes:
                    told.add("the hash of a file")
    yield from sorted(told)


def _chunks(path: Path, overlap: int) -> Iterator[bytes]:
    """The file in pieces that overlap, so that nothing is cut in two."""
    with path.open("rb") as file:
        before = b""
        while data := file.read(CHUNK):
            yield before + data
            before = data[-overlap:]


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for above, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(above, name)
            if path.is_file():
                yield path, path.stat().st_size


def _person(traces: Traces) -> set[str]:
    return {traces.person} if traces.person is not None else set()


def _others(folder: Path, traces: Traces, names: list[str]) -> set[str]:
    """Identities and photos that stay, in whose names one of those that go occurs."""
    staying = set()
    for row in mentions(folder):
        for text in (str(row["identity"]), str(row["photo"])):
            if text not in names and any(name in text for name in names):
                staying.add(text)
    return staying


def _within(name: str, other: str) -> bool:
    """Whether a name stands as a word of its own in another one."""
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", other) is not None
