"""The commands of ``maskdrape``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import __version__
from pipeline.cli import job as jobs
from pipeline.config import FacesConfig
from pipeline.recipe import ConfigError, read_job

app = typer.Typer(
    name="maskdrape",
    help="Photographs of people wearing cloth-simulated, path-traced face masks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Output = Annotated[Path | None, typer.Option(help="Folder to write, instead of the file's output.")]
Seed = Annotated[int | None, typer.Option(help="Instead of the file's seed.")]


def _configurations(incomplete: str) -> list[str]:
    """What a shell offers in the place of a configuration: scenes, and YAML files below what is typed."""
    from pipeline.assets import asset_names

    folder = Path(incomplete) if incomplete.endswith("/") else Path(incomplete).parent
    files = [path.as_posix() for path in sorted(folder.glob("*.yaml"))] if folder.is_dir() else []
    return [name for name in (*asset_names("scenes"), *files) if name.startswith(incomplete)]


@app.command()
def run(
    config: Annotated[
        str,
        typer.Argument(
            help="A YAML file, or the name of a scene: demo, lfw, nist, research, studio ...",
            autocompletion=_configurations,
        ),
    ],
    photos: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER|CSV", help="Photos, or a table of them, instead of the file's."),
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Make only the i-th of n parts.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and show everything, make nothing.")
    ] = False,
    only: Annotated[str | None, typer.Option(metavar="GLOB", help="Only photos with such names.")] = None,
    seed: Seed = None,
    output: Output = None,
    engine: Annotated[str | None, typer.Option(help="Instead of the file's engine.")] = None,
    log: Annotated[
        str, typer.Option(metavar="auto|text|json", help="Standard output; auto: JSON lines if no terminal.")
    ] = "auto",
) -> int:
    """Make the data set that a configuration file describes; goes on where an earlier run was stopped.

    Example: maskdrape run lfw --photos ~/lfw --dry-run

    Example: maskdrape run job.yaml --shard 1/4 --log json
    """
    if log not in jobs.LOGS:
        raise ConfigError(f"--log {log}: allowed: {', '.join(jobs.LOGS)}")
    overrides = {
        "photos": _given_photos(photos),
        "seed": seed,
        "output": str(output.absolute()) if output else None,
        "engine": engine,
    }
    job = read_job(config, overrides, shard, only)
    return jobs.describe(job) if dry_run else jobs.make(job, log)


def _given_photos(photos: Path | None) -> dict[str, str] | None:
    """The block ``photos`` that --photos stands for."""
    if photos is None:
        return None
    return {"table" if photos.suffix.lower() == ".csv" else "folder": str(photos.absolute())}


@app.command()
def demo(output: Output = None, seed: Seed = None) -> int:
    """The embedded example, into out/demo.

    Example: maskdrape demo --output out/first
    """
    return run("demo", seed=seed, output=output)


Photos = Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Portraits, or folders of them.")]
Backend = Annotated[
    str | None, typer.Option(help="Landmarks by: mediapipe (default), face_alignment or file.")
]
Landmarks = Annotated[
    Path | None, typer.Option(help="With --backend file: a folder, or a .json, .csv or .pts file.")
]
Fan = Annotated[str | None, typer.Option(help="With --backend face_alignment: 2d or 3d (default).")]
Weights = Annotated[Path | None, typer.Option(help="With --backend face_alignment: folder of its weights.")]
MinFace = Annotated[float | None, typer.Option(help="Least distance between the ears, px (default 48).")]
MaxFaces = Annotated[int | None, typer.Option(help="How many faces of a photo, the largest (default 8).")]


@app.command()
def fit(
    photos: Photos,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, one a face.")] = False,
    obj: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write heads as Wavefront OBJ.")] = None,
    backend: Backend = None,
    landmarks: Landmarks = None,
    fan: Fan = None,
    weights: Weights = None,
    min_face_px: MinFace = None,
    max_faces: MaxFaces = None,
) -> int:
    """Fit the head model to every face of photos: a table, or with --json a line a face.

    Angles are degrees: yaw > 0 turns the face towards the subject's left (to the right in the picture),
    pitch > 0 looks down, roll > 0 tilts the subject's left ear up; turns about the head's own axes y, x, z in
    this order. Pixels: the centre of the first one is (0.5, 0.5). All fields: docs/faces.md.

    Exit codes: 0 all found, 3 something was rejected (with its reason), 2 a mistake in the command.

    Example: maskdrape fit photos/ --json
    """
    from pipeline.cli.fit import fit_photos

    config = _faces_config(backend, landmarks, fan, weights, min_face_px, max_faces)
    return fit_photos(photos, config, json, obj)


@app.command()
def inspect(
    photos: Photos,
    output: Annotated[Path, typer.Option(help="Folder to write.")] = Path("out/inspect"),
    backend: Backend = None,
    landmarks: Landmarks = None,
    fan: Fan = None,
    weights: Weights = None,
    min_face_px: MinFace = None,
    max_faces: MaxFaces = None,
) -> int:
    """Write one picture a photo that shows what the fit made of it.

    Landmarks with their residuals, the fitted head's mesh, ears and loop anchors, what lies in front of a
    mask, normals, the light found, and the verdict in words, for every face.

    Example: maskdrape inspect portrait.jpg --output out/inspect
    """
    from pipeline.cli.inspect import inspect_photos

    return inspect_photos(
        photos, _faces_config(backend, landmarks, fan, weights, min_face_px, max_faces), output
    )


def _faces_config(
    backend: str | None,
    landmarks: Path | None,
    fan: str | None,
    weights: Path | None,
    min_face_px: float | None,
    max_faces: int | None,
) -> FacesConfig:
    from pipeline.cli.survey import faces_config

    return faces_config(
        backend=backend,
        landmarks=str(landmarks) if landmarks else None,
        fan=fan,
        weights=str(weights) if weights else None,
        min_face_px=min_face_px,
        max_faces=max_faces,
    )


masks = typer.Typer(invoke_without_command=True)
app.add_typer(masks, name="masks")

Library = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="A folder of designs beside the built-in ones.")
]


@masks.callback()
def list_masks(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="All that the design files say, as JSON.")] = False,
    library: Library = None,
) -> int:
    """The mask designs in the library: sizes, ways of wearing, looks and parameters.

    Example: maskdrape masks --json
    """
    from pipeline.cli.masks.listing import list_designs
    from pipeline.masks.library import open_library

    context.obj = library
    if context.invoked_subcommand is not None:
        return jobs.ALL_DONE
    return list_designs(open_library(library), json)


@masks.command("show")
def show_mask(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="One of the designs that maskdrape masks lists.")],
    size: Annotated[str | None, typer.Option(help="Instead of the one that suits the mean head.")] = None,
    wearing: Annotated[str, typer.Option(help="How it is worn.")] = "correct",
    seed: Annotated[int, typer.Option(help="Draws the mask's parameters and its look.")] = 0,
    output: Annotated[Path | None, typer.Option(help="Picture to write (out/masks/NAME.png).")] = None,
    library: Library = None,
) -> int:
    """Write a card of one design: flat pattern, worn from four sides, parameters.

    Example: maskdrape masks show kn95 --output card.png
    """
    from pipeline.cli.masks.show import show_design
    from pipeline.masks.library import open_library

    return show_design(open_library(library or context.obj), name, size, wearing, seed, output)


@masks.command("copy")
def copy_mask(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="One of the designs that maskdrape masks lists.")],
    file: Annotated[Path, typer.Argument(help="File to write: FOLDER/NAME.yaml.")],
    library: Library = None,
) -> int:
    """Write the file of a design into a folder of your own, to make another design of it.

    Example: maskdrape masks copy kn95 my_masks/mine.yaml
    """
    from pipeline.cli.masks.copy import copy_design
    from pipeline.masks.library import open_library

    return copy_design(open_library(library or context.obj), name, file)


@app.command()
def gallery(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Designs; else all.")] = None,
    output: Annotated[Path, typer.Option(help="Folder to write.")] = Path("docs/gallery"),
    library: Library = None,
) -> int:
    """Write pictures of the whole library, on several generated heads and worn in every way.

    Example: maskdrape gallery kn95 surgical --output out/gallery
    """
    from pipeline.cli.masks.gallery import make_gallery
    from pipeline.masks.library import open_library

    return make_gallery(open_library(library), names or [], output)


@app.command()
def drapes(
    design: Annotated[list[str] | None, typer.Option(help="Only this design; may be repeated.")] = None,
    wearing: Annotated[
        list[str] | None, typer.Option(help="Only this way of wearing; may be repeated.")
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Make only the i-th of n parts.")] = None,
    library: Library = None,
) -> int:
    """Fill the bank of settled drapes that masks: {drape: carry} uses; goes on where it was stopped.

    Example: maskdrape drapes --design surgical --shard 1/4
    """
    from pipeline.cli.drapes import fill_bank
    from pipeline.masks.library import open_library
    from pipeline.recipe import read_shard

    return fill_bank(open_library(library), design or (), wearing or (), read_shard(shard))


DataSet = Annotated[Path, typer.Argument(metavar="FOLDER", help="A data set: the output of a run.")]


@app.command()
def preview(
    folder: DataSet,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write (FOLDER/preview.html).")
    ] = None,
    photos: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the photos are, if they have moved.")
    ] = None,
    samples: Annotated[int, typer.Option(min=1, max=2000, help="How many to show, evenly spaced.")] = 600,
) -> int:
    """Show a data set as one HTML file: rejects first, filters, before and after, all labels.

    The file holds everything it needs, asks nothing of any network and stays below 28 MB.

    Example: maskdrape preview out/run --output sheet.html
    """
    from pipeline.cli.preview import write_preview

    return write_preview(folder, photos, samples, output)


@app.command()
def stats(
    folder: DataSet,
    json: Annotated[bool, typer.Option("--json", help="All numbers as one JSON object.")] = False,
) -> int:
    """What a data set holds: masks made and wanted, identities, verdicts, rejects, poses, checks, licences.

    Example: maskdrape stats out/run
    """
    from pipeline.cli.stats import show_statistics

    return show_statistics(folder, json)


@app.command("export")
def export_data(
    folder: Annotated[Path, typer.Argument(help="A finished data set: the output of a run.")],
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="imagefolder, crops, coco, webdataset, parquet, pairs, insightface, croissant or card.",
        ),
    ],
    output: Annotated[Path, typer.Option(help="Folder to write; an earlier export there is replaced.")],
    split: Annotated[
        str | None, typer.Option(metavar="SHARES", help="0.8/0.1/0.1: train, val, test by identity.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws splits, pairs and the order of shards.")] = 0,
    exclude_licence: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help='Leave such samples out; "not stated" is one. May be repeated.'),
    ] = None,
    only_verdict: Annotated[
        list[str] | None, typer.Option(help="Only such samples: ok or flagged. May be repeated.")
    ] = None,
    photos: Annotated[
        Path | None, typer.Option(help="imagefolder: where the photos lie, to go beside the masked ones.")
    ] = None,
    pairs: Annotated[int, typer.Option(help="pairs, insightface: at most so many of a kind a fold.")] = 300,
    same_photo: Annotated[
        bool, typer.Option("--same-photo", help="pairs, insightface: also two pictures of one photo.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="card, croissant: name of the data set.")] = None,
    c2pa_cert: Annotated[
        Path | None, typer.Option(help="Sign masked pictures: your certificates, a PEM file.")
    ] = None,
    c2pa_key: Annotated[Path | None, typer.Option(help="The private key that goes with them.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Say what was written as one JSON object.")] = False,
) -> int:
    """Write a data set in a layout that others read, with source, licence and consent of every picture.

    Each layout, and code that opens it: docs/exports.md.

    Example: maskdrape export out/run --to crops --output out/crops --split 0.8/0.1/0.1
    """
    from pipeline.cli.export import export_data_set, read_options
    from pipeline.dataset.export.select import Selection

    selection = Selection(tuple(exclude_licence or ()), tuple(only_verdict or ()))
    options = read_options(split, seed, photos, pairs, same_photo, name or folder.name, c2pa_cert, c2pa_key)
    return export_data_set(folder, to, output, selection, options, json)


@app.command()
def forget(
    folder: DataSet,
    who: Annotated[
        str,
        typer.Argument(
            metavar="IDENTITY|PHOTO",
            help="An identity, or a photo by its name in the manifest or its SHA-256.",
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Remove a person or a photo from a data set, its caches and its exports, and prove that nothing is left.

    Later runs leave it out as well: the data set keeps a list of salted hashes. See docs/privacy.md.
    Exit codes: 0 nothing is left, 1 something is (it is listed), 2 a mistake in the command.

    Example: maskdrape forget out/run ann_smith --dry-run
    """
    from pipeline.cli.forget import forget as forget_in

    return forget_in(folder, who, dry_run, yes)


@app.command()
def verify(
    folder: DataSet,
    photos: Annotated[
        Path | None, typer.Option(help="The photos' folder: untouched pixels are compared with theirs.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Files, hashes and rows alone; no pixels.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a problem and one more.")] = False,
) -> int:
    """Check a data set: every file there and unchanged, every label its sample's own, nothing left over.

    Exit codes: 0 nothing is wrong, 3 something is (it is listed), 2 not a data set.

    Example: maskdrape verify out/run --photos photos
    """
    from pipeline.cli.verify import verify_data_set

    return verify_data_set(folder, photos, fast, json)


@app.command()
def bench() -> int:
    """For programs: answer requests, one JSON object a line, as Blender's add-on asks them.

    What can be asked, and what is answered: docs/bench.md.

    Example: maskdrape bench < requests.txt
    """
    from pipeline.cli.bench import answer_requests

    return answer_requests()


@app.command()
def doctor() -> int:
    """Check Python, Blender, libraries and models, and name the command that mends what is missing.

    Example: maskdrape doctor
    """
    from pipeline.cli.doctor import examine

    return examine()


@app.command("blender-setup")
def blender_setup(
    blender: Annotated[str, typer.Argument(help="Path of a Blender executable.")] = "blender",
) -> int:
    """Install what MaskDrape needs where this Blender's own Python finds it.

    Example: maskdrape blender-setup /usr/bin/blender
    """
    from pipeline.blender_setup import set_up

    return set_up(blender)


@app.command()
def version() -> int:
    """The version of MaskDrape.

    Example: maskdrape version
    """
    print(__version__)
    return jobs.ALL_DONE


def invoke(arguments: list[str]) -> int:
    """Run one command; returns the exit code. Mistakes of the user become lines on standard error."""
    from filelock import Timeout

    from pipeline.dataset.journal.locks import Busy
    from pipeline.dataset.journal.stopped import Stopped
    from pipeline.dataset.read import DataSetError
    from pipeline.faces.detect.detection import BackendError
    from pipeline.masks.library import DesignError

    try:
        code = app(arguments, prog_name="maskdrape", standalone_mode=False)
        return code if isinstance(code, int) else jobs.ALL_DONE
    except ConfigError as error:
        return jobs.report(error)
    except DesignError as error:
        return jobs.report(ConfigError(*str(error).splitlines()))
    except (BackendError, DataSetError) as error:
        return jobs.report(ConfigError(str(error)))
    except (Busy, Timeout, Stopped) as error:
        print(f"maskdrape: {error}", file=sys.stderr)
        return jobs.CRASH
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except Exception as error:
        # Usage errors of typer; the class they share is click's or typer's own, by version.
        explain = getattr(error, "format_message", None)
        if explain is None:
            raise
        print(f"maskdrape: {explain()} (maskdrape --help shows what is allowed)", file=sys.stderr)
        return jobs.BAD_CONFIGURATION
