"""The functions of all stages in one bundle, so that the flow can be run with others in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.assets import digest
from pipeline.config import CompositeConfig, FacesConfig, MasksConfig, PhotosConfig, RenderConfig
from pipeline.masks.balance import Choice
from pipeline.masks.collider import Ground
from pipeline.masks.library import BUILT_IN, Library
from pipeline.masks.prints.picture import Picture
from pipeline.records import Face, FacePoints, Float, Layers, Photo, PhotoSource, RestMask, WornMask

Material = Mapping[str, Any]
Pixels = NDArray[np.uint8]


class Looking(Protocol):
    """The first steps, which need no Blender: from a file to its faces. `Stages` are such."""

    @property
    def load_photo(self) -> Callable[[PhotoSource, PhotosConfig], Photo]: ...
    @property
    def find_faces(self) -> Callable[[Photo, FacesConfig], tuple[Face, ...]]: ...
    @property
    def faces_digest(self) -> str: ...


@dataclass(frozen=True)
class RealLooking:
    """The product's own; ``versions`` of the packages behind them, by name."""

    load_photo: Callable[[PhotoSource, PhotosConfig], Photo]
    find_faces: Callable[[Photo, FacesConfig], tuple[Face, ...]]
    faces_digest: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Stages:
    """One callable a step. Head vertices (V, 3) m and gravity (3,) unit are in the head frame.

    ``grow_beard`` gives a head with a beard of some m. ``inner`` draws the mask that is worn below that of a
    choice, if there is one, and ``put_under`` gives the outer mask, its first argument, with the inner one.
    ``drape`` takes the number of the attempt, below ``attempts``, and gives the vertices at rest and the mean
    motion in its last frame, m. ``carry`` gives a drape of the bank brought to this head, with its motion,
    and raises Rejected where there is none. The digests stand for the code and data behind the steps: results
    kept under another digest are not used again.
    """

    load_photo: Callable[[PhotoSource, PhotosConfig], Photo]
    find_faces: Callable[[Photo, FacesConfig], tuple[Face, ...]]
    points: Callable[[Face], FacePoints]
    choose: Callable[[MasksConfig, Float], Choice]
    shares: Callable[[MasksConfig], Mapping[str, Mapping[str, float]]]
    grow_beard: Callable[[Float, float], Float]
    inner: Callable[[Choice, np.random.Generator], Choice | None]
    ground: Callable[[Float, WornMask | None], Ground]
    place: Callable[[Choice, Float, Float, np.random.Generator], RestMask]
    drape: Callable[[RestMask, Ground, Float, int], tuple[Float, float]]
    carry: Callable[[Choice, Ground, Float, np.random.Generator, Path], tuple[RestMask, Float, float]]
    check: Callable[[RestMask, Float, Ground, float], WornMask]
    put_under: Callable[[WornMask, WornMask, Float], WornMask]
    cover: Callable[[WornMask, Float], Mapping[str, Any]]
    draw_material: Callable[[str, MasksConfig, np.random.Generator], Material]
    render: Callable[[Face, WornMask, Material, RenderConfig, int], Layers]
    occlude: Callable[[Face, Layers], Layers]
    composite: Callable[[Photo, Layers, CompositeConfig], tuple[Pixels, Pixels, Pixels]]
    attempts: int
    portrait: Callable[[np.random.Generator], Pixels]
    versions: Mapping[str, str]
    faces_digest: str
    drape_digest: str
    digest: str


def source_digest(*folders: str) -> str:
    """Hash of the code and data files in folders of the package, "" its own: the version of a stage."""
    package = Path(str(files("pipeline")))
    return digest(
        path
        for folder in folders
        for path in (package / folder).glob("**/*" if folder else "*")
        if path.suffix in {".py", ".npz", ".yaml", ".json", ".tflite"}
    )


def real_looking(faces_config: FacesConfig | None = None, folder: Path = Path()) -> RealLooking:
    """The product's own first steps. Imports the landmark detector, but no Blender.

    Paths in blocks ``faces`` are relative to ``folder``; ``faces_config`` is the one to come, so that what
    it reads from outside the package counts as part of the stage. Raises BackendError when what it asks for
    is missing.
    """
    from importlib.metadata import PackageNotFoundError, version

    from pipeline.faces.detect.backends import load_backend
    from pipeline.faces.detect.outside import outside_digest, placed
    from pipeline.faces.find import find_faces
    from pipeline.photos.load import load_photo

    detector = placed(faces_config or FacesConfig(), folder)
    load_backend(detector)
    versions = {}
    for package in ("ai-edge-litert", "numpy", "scipy", "pillow"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return RealLooking(
        load_photo=load_photo,
        find_faces=lambda photo, config: find_faces(photo, placed(config, folder)),
        faces_digest=source_digest("", "faces", "head")
        + versions["ai-edge-litert"]
        + outside_digest(detector),
        versions=versions,
    )


def real_stages(
    faces_config: FacesConfig | None = None,
    folder: Path = Path(),
    library: Library = BUILT_IN,
    pictures: Sequence[Picture] = (),
) -> Stages:
    """The product's own stages. Imports bpy and the landmark detector: call it late and once.

    Paths in blocks ``faces`` are relative to ``folder``; ``faces_config`` is the one to come, so that what
    it reads from outside the package counts as part of the stage. Designs are those of ``library``;
    ``pictures``, with paths relative to ``folder``, may be printed on them. Raises BackendError when what
    ``faces_config`` asks for is missing.
    """
    from pipeline import __version__
    from pipeline.composite.occlusion import behind_occluder
    from pipeline.composite.paste import composite
    from pipeline.draping import ground, real_draping
    from pipeline.faces.points import face_points
    from pipeline.head.beard import grow_beard
    from pipeline.masks.balance import Offer, draw_choice, offer_of, shares
    from pipeline.masks.coverage import measure_coverage
    from pipeline.masks.library import library_files, load_design
    from pipeline.masks.look import cloth_look
    from pipeline.masks.material import draw_material
    from pipeline.masks.over_mask import put_under
    from pipeline.studio.blender import VERSION
    from pipeline.studio.portrait import Sitting, render_portrait
    from pipeline.studio.render import pixel_size, render_layers

    looking = real_looking(faces_config, folder)
    draping = real_draping(library)
    own_prints = [library.folder / "prints"] if library.folder else []

    def offers(config: MasksConfig) -> dict[str, Offer]:
        return {name: offer_of(load_design(name, library)) for name in config.designs}

    def render(face: Face, worn: WornMask, material: Material, config: RenderConfig, seed: int) -> Layers:
        look = cloth_look(material, pixel_size(face, worn), folder, *own_prints)
        layers: Layers = render_layers(face, worn, material, config, seed, look)
        return layers

    versions = {
        "maskdrape": __version__,
        "blender": ".".join(map(str, VERSION)),
        **looking.versions,
    }
    designs = digest(library_files(library))
    drapes = source_digest("masks", "studio", "head") + designs + versions["blender"]
    printed = "".join(picture.sha256 for picture in pictures)
    return Stages(
        load_photo=looking.load_photo,
        find_faces=looking.find_faces,
        points=face_points,
        choose=lambda config, where: draw_choice(config, offers(config), where),
        shares=lambda config: shares(config, offers(config)),
        grow_beard=grow_beard,
        inner=draping.inner,
        ground=ground,
        place=draping.place,
        drape=draping.drape,
        carry=draping.carry,
        check=draping.check,
        put_under=put_under,
        cover=lambda worn, vertices: asdict(measure_coverage(worn, vertices)),
        draw_material=lambda design, config, rng: draw_material(
            load_design(design, library), rng, config.fabrics, config.colours, config.prints, pictures
        ),
        render=render,
        occlude=behind_occluder,
        composite=composite,
        attempts=draping.attempts,
        portrait=lambda rng: render_portrait(rng, Sitting(width=512, height=640, samples=24)).pixels,
        versions=versions,
        faces_digest=looking.faces_digest,
        drape_digest=drapes,
        digest=looking.faces_digest + drapes + source_digest("photos", "composite", "dataset") + printed,
    )
