"""``maskdrape preview``: a data set as one HTML file."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.job import ALL_DONE
from pipeline.cli.photos import photo_of
from pipeline.dataset.preview.page import Source, page
from pipeline.files import write_whole
from pipeline.recipe import ConfigError


def write_preview(folder: Path, photos: Path | None, most: int, output: Path | None) -> int:
    """Write the page and say where it is. Raises DataSetError, ConfigError."""
    if photos is not None and not photos.is_dir():
        raise ConfigError(f"--photos {photos}: no such folder")
    file = output or folder / "preview.html"
    try:
        data = page(Source(folder, folder.resolve().name, photo_of(folder, photos)), most)
    except ImportError as error:
        raise ConfigError(
            "preview needs a package; install it with: pip install 'maskdrape[preview]'"
        ) from error
    write_whole(file, data)
    print(f"{file}: {len(data) / 1e6:.1f} MB; open it in a browser")
    return ALL_DONE
