"""``maskdrape export``: the data set in a layout that others read."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from pipeline.cli.job import ALL_DONE
from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.make import FORMATS, Exported, export
from pipeline.dataset.export.place import check_place
from pipeline.dataset.export.select import Selection
from pipeline.dataset.export.split import read_shares
from pipeline.dataset.export.task import Options, Sign
from pipeline.dataset.forget.elsewhere import remember_begun, remember_made
from pipeline.dataset.journal.locks import export_held
from pipeline.dataset.read import MANIFEST
from pipeline.recipe import ConfigError

VERDICTS = ("ok", "flagged")  # rejected faces have no samples


def read_options(
    split: str | None,
    seed: int,
    photos: Path | None,
    pairs: int,
    same_photo: bool,
    name: str,
    c2pa_cert: Path | None,
    c2pa_key: Path | None,
) -> Options:
    """What the command line says, checked. Raises ConfigError."""
    try:
        shares = read_shares(split) if split else ()
    except ExportError as error:
        raise ConfigError(str(error)) from error
    if photos is not None and not photos.is_dir():
        raise ConfigError(f"--photos {photos}: no such folder")
    if pairs < 1:
        raise ConfigError(f"--pairs {pairs}: allowed: 1 or more")
    if (c2pa_cert is None) != (c2pa_key is None):
        raise ConfigError("--c2pa-cert and --c2pa-key: give both, the certificates and their private key")
    return Options(seed, shares, photos, pairs, same_photo, name, _signer(c2pa_cert, c2pa_key))


def _signer(certificates: Path | None, key: Path | None) -> Sign | None:
    if certificates is None or key is None:
        return None
    from pipeline.dataset.export.signing import signer

    try:
        return signer(certificates, key)
    except ExportError as error:
        raise ConfigError(str(error)) from error


def export_data_set(
    data_set: Path, form: str, output: Path, selection: Selection, options: Options, as_json: bool
) -> int:
    """Write the export and say what it holds; returns the exit code. Raises ConfigError, DataSetError."""
    if form not in FORMATS:
        near = difflib.get_close_matches(form, FORMATS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(f"--to {form}: {hint}allowed: {', '.join(FORMATS)}")
    for verdict in selection.only_verdict:
        if verdict not in VERDICTS:
            raise ConfigError(f"--only-verdict {verdict}: allowed: {', '.join(VERDICTS)}")
    command = command_of(data_set, form, output, selection, options)
    try:
        check_place(data_set, output, form)
        with ExitStack() as held:
            known = _begun(held, data_set, form, output, command)
            done = export(data_set, form, output, selection, options)
            if known:
                remember_made(data_set, output, form, command)
    except ExportError as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(f"--output {output}: cannot be written: {error.strerror or error}") from error
    if not known:
        print(
            f"note: {data_set} is read-only: maskdrape forget will not know of this export", file=sys.stderr
        )
    if as_json:
        print(json.dumps(_row(done, output), ensure_ascii=False))
    else:
        print("\n".join(_words(done, output)))
    sys.stdout.flush()
    return ALL_DONE


def _begun(held: ExitStack, data_set: Path, form: str, output: Path, command: Sequence[str]) -> bool:
    """Whether the data set knows now that an export is being made of it, and where. Raises Busy."""
    if not (data_set / MANIFEST).exists():
        return False
    try:
        held.enter_context(export_held(data_set / ".maskdrape", output))
        remember_begun(data_set, output, form, command)
    except OSError:
        return False
    return True


def command_of(
    data_set: Path, form: str, output: Path, selection: Selection, options: Options
) -> tuple[str, ...]:
    """The command that makes an export, with absolute paths; a signer's files are not known any more."""
    words = ["maskdrape", "export", str(data_set.resolve()), "--to", form, "--output", str(output.resolve())]
    if options.shares:
        words += ["--split", "/".join(map(str, options.shares))]
    if options.seed:
        words += ["--seed", str(options.seed)]
    for pattern in selection.exclude_licence:
        words += ["--exclude-licence", pattern]
    for verdict in selection.only_verdict:
        words += ["--only-verdict", verdict]
    if options.photos is not None:
        words += ["--photos", str(options.photos.resolve())]
    if form in ("pairs", "insightface"):
        words += ["--pairs", str(options.pairs), *["--same-photo"] * options.same_photo]
    if options.name != data_set.name:
        words += ["--name", options.name]
    if options.sign is not None:
        words += ["--c2pa-cert", "CERTIFICATES.pem", "--c2pa-key", "KEY.pem"]
    return tuple(words)


def _row(done: Exported, output: Path) -> dict[str, object]:
    return {
        "format": done.form,
        "output": str(output),
        "made": done.made,
        "splits": done.splits,
        "licences": done.licences,
        "left_out": done.left_out,
        "kept_together": done.together,
    }


def _words(done: Exported, output: Path) -> list[str]:
    lines = [f"{output}: {done.form}, " + ", ".join(f"{number} {what}" for what, number in done.made.items())]
    for name, held in done.splits.items():
        lines.append(f"  {name or 'all'}: {held['identities']} identities, {held['samples']} samples")
    lines.append("  licences: " + ", ".join(f"{name} ({held})" for name, held in done.licences.items()))
    if done.left_out:
        lines.append(f"  left out: {done.left_out} samples")
    if done.together:
        lines.append(
            f"  {done.together} identities kept with another: they share photos that are near the same"
        )
    return lines
