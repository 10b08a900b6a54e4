"""A person's first mask, from the packed add-on to the finished picture: runs inside a Blender with a window.

``drive`` in window.py starts it. The folder $TOUR gets a picture of the screen a step, and told.json with
what the panels held. Variables: TOUR_ZIP, TOUR_PYTHON, TOUR_PHOTO, TOUR_SAMPLES.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

import bpy

HERE = Path(os.environ["TOUR"])
CHIN = 152  # of mediapipe's points
EXTENSION = "bl_ext.user_default.maskdrape"


def install():
    """By the way that a person takes in the preferences; returns the add-on's module name."""
    archive = os.environ["TOUR_ZIP"]
    if bpy.app.version >= (4, 2, 0):
        bpy.ops.extensions.package_install_files(
            filepath=archive, repo="user_default", enable_on_install=True, overwrite=True
        )
        return EXTENSION
    bpy.ops.preferences.addon_install(filepath=archive)
    bpy.ops.preferences.addon_enable(module="maskdrape")
    return "maskdrape"


def tour():
    """Yields seconds to wait between steps; a handler of timers must return, and Blender draw."""
    module = install()
    global busy
    busy = sys.modules[f"{module}.connection.wait"].busy
    preferences = bpy.context.preferences
    preferences.addons[module].preferences.python = os.environ["TOUR_PYTHON"]
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    window = bpy.context.window_manager.windows[0]
    view = max((area for area in window.screen.areas if area.type == "VIEW_3D"), key=lambda a: a.width)
    for area in window.screen.areas:
        if area.type == "DOPESHEET_EDITOR":
            area.type = "IMAGE_EDITOR"
    yield 0.5
    for panel in (bpy.types.MASKDRAPE_PT_library, bpy.types.MASKDRAPE_PT_batch):
        # A script cannot open a panel that is closed at first.
        bpy.utils.unregister_class(panel)
        panel.bl_options = set()
        bpy.utils.register_class(panel)
    view.spaces.active.show_region_ui = True
    yield 0.5
    sidebar = next(region for region in view.regions if region.type == "UI")
    yield from only_our_tab(sidebar)

    def call(operator, *how, **arguments):
        region = next(region for region in view.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=window, area=view, region=region):
            return operator(*how, **arguments)

    bench = bpy.context.scene.maskdrape
    ours = bpy.ops.maskdrape
    yield from picture("01_empty")

    call(ours.load_photo, filepath=os.environ["TOUR_PHOTO"])
    yield from settled(bench)
    bench.photo.source, bench.photo.licence, bench.photo.consent = "generated", "CC0-1.0", "not a person"
    bench.head.wireframe = True
    yield from picture("02_photo")

    bench.head.wireframe = False
    before = bench.photo.faces[0].residual_mm
    yield from drag_landmark(module, call, window, view, (0.0, 12.0))
    yield from settled(bench)
    told = {"landmarks": bench.head.landmarks, "residual_mm": [before, bench.photo.faces[0].residual_mm]}

    call(ours.choose_design, name="surgical")
    yield from settled(bench)
    yield from picture("04_mask")

    call(ours.set_parameter, path="construction.pleats.depth_mm", value="9")
    yield 1.0
    yield from settled(bench)
    yield from picture("05_slider")

    call(ours.drape)
    yield from under_way(bench, 0.2)
    middle = (view.x + view.width // 2, view.y + view.height // 2)
    window.event_simulate(type="ESC", value="PRESS", x=middle[0], y=middle[1])
    yield from settled(bench)
    told["after_esc"] = len(bench.drape.results)

    call(ours.drape)
    yield from under_way(bench, 0.4)
    yield from picture("06_draping")
    yield from settled(bench)
    scroll(window, view, sidebar, 3000)
    yield 0.5
    yield from picture("07_draped")

    library = bench.library
    library.folder, library.save_name = str(HERE / "library"), "flat_pleats"
    library.title, library.author, library.licence = "Surgical mask with flat pleats", "A designer", "CC0-1.0"
    call(ours.save_design)
    yield from settled(bench)
    scroll(window, view, sidebar, 3000)
    yield 0.5
    yield from picture("08_library")

    batch = bench.batch
    batch.folder, batch.output = str(HERE / "photos"), str(HERE / "batch")
    call(ours.start_batch)
    yield 1.0
    while batch.state == "running":
        yield 0.5
    call(ours.refresh_batch)
    scroll(window, view, sidebar, 3000)
    yield 1.0
    yield from picture("09_batch")
    told["batch"] = [batch.state, batch.samples, batch.rejected, batch.words]

    bench.render.samples = int(os.environ["TOUR_SAMPLES"])
    call(ours.composite)
    yield from settled(bench)
    view.type = "IMAGE_EDITOR"
    view.spaces.active.image = next(image for image in bpy.data.images if image.get("maskdrape") == "result")
    yield 0.5
    region = next(region for region in view.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.image.view_all(fit_view=True)
    yield 0.5
    yield from picture("10_composite")

    told |= {
        "blender": bpy.app.version_string,
        "faces": [face.verdict for face in bench.photo.faces],
        "checks": [check.state for check in bench.drape.results[-1].checks],
        "size": list(view.spaces.active.image.size),
        "result": bpy.path.abspath(view.spaces.active.image.filepath),
    }
    (HERE / "told.json").write_text(json.dumps(told, indent=1))


def drag_landmark(module, call, window, view, by):
    """With the mouse, the landmark on the chin, ``by`` px of the screen, and a picture on the way."""
    overlay = sys.modules[f"{module}.viewport.landmarks"]
    operators = sys.modules[f"{module}.head.operators"]
    region = next(region for region in view.regions if region.type == "WINDOW")

    def mouse(kind, value, at):
        window.event_simulate(type=kind, value=value, x=int(region.x + at[0]), y=int(region.y + at[1]))

    call(bpy.ops.maskdrape.pick_landmark, "INVOKE_DEFAULT")
    yield 0.5
    with bpy.context.temp_override(window=window, area=view, region=region):
        x, y = overlay.to_region(bpy.context, region, operators.points_of(bpy.context))[CHIN]
    mouse("MOUSEMOVE", "NOTHING", (x, y))
    yield 0.2
    mouse("LEFTMOUSE", "PRESS", (x, y))
    for share in (0.25, 0.5, 0.75, 1.0):
        yield 0.2
        mouse("MOUSEMOVE", "NOTHING", (x + share * by[0], y + share * by[1]))
    yield 1.0
    yield from picture("03_landmark")
    mouse("LEFTMOUSE", "RELEASE", (x + by[0], y + by[1]))
    yield 0.3
    mouse("RET", "PRESS", (x, y))
    yield 0.3


def only_our_tab(sidebar):
    """Bring the tab MaskDrape to the front."""
    try:
        sidebar.active_panel_category = "MaskDrape"
    except (AttributeError, TypeError):
        # Before 4.2 a script cannot choose a tab: the others are taken away.
        for panel in list(bpy.types.Panel.__subclasses__()):
            own = getattr(panel, "bl_category", "") == "MaskDrape"
            place = (getattr(panel, "bl_space_type", ""), getattr(panel, "bl_region_type", ""))
            if place == ("VIEW_3D", "UI") and not own and panel.is_registered:
                bpy.utils.unregister_class(panel)
    yield 0.5


def scroll(window, view, sidebar, pixels):
    """The sidebar, down by so much or to its end."""
    with bpy.context.temp_override(window=window, area=view, region=sidebar):
        bpy.ops.view2d.pan(deltay=-pixels)


def settled(bench):
    """Until nothing is under way; what went wrong ends the tour."""
    yield 0.2
    while busy():
        yield 0.1
    if bench.task.error:
        raise RuntimeError(f"{bench.task.error}\n{bench.task.report}")
    yield 0.8


def under_way(bench, share):
    yield 0.3
    while busy() and bench.task.progress < share:
        yield 0.05


def picture(name):
    """The window that has started this process takes it; see window.py."""
    asked = HERE / f"{name}.shot"
    asked.touch()
    while asked.exists():
        yield 0.05


def step():
    try:
        return next(steps)
    except StopIteration:
        bpy.ops.wm.quit_blender()
    except Exception:
        traceback.print_exc()
        (HERE / "failed.txt").write_text(traceback.format_exc())
        time.sleep(0.2)
        bpy.ops.wm.quit_blender()
    return None


bpy.context.preferences.view.show_splash = False
steps = tour()
bpy.app.timers.register(step, first_interval=1.0)
