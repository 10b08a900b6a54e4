"""One repeat of each cloth: what its threads do to colour and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ramp import ramp
from pipeline.records import Float

_SLUBS = 8  # threads before the unevenness along them comes again


@dataclass(frozen=True)
class Weave:
    """Maps (n, n) over one square repeat; row 0 lies at v = 0."""

    tint: Float  # factor on the colour, mean 1
    undyed: Float  # share of threads that stayed white, 0..1
    height: Float  # m, mean 0


def spunbond(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Melted fibres thrown on a belt, then bonded by the points of a heated roll: a lattice of pits.

    Calender points lie 1.0 to 1.5 mm apart and cover 15 to 20 percent.
    """
    x, y = _axes(side, count)
    k = 2 * np.pi * round(side / 0.0014) / side
    point = ramp(np.abs(np.cos(k * x / 2) * np.cos(k * y / 2)), 0.55, 0.85)
    # the roll presses thick places of the web deeper than thin ones
    point = point * np.clip(0.7 + 0.35 * noise(side, count, 0.005, rng), 0.1, 1.4)
    strewn = fibres(side, count, rng, 900, 0.006)
    return _weave(1 - 0.03 * point + 0.035 * strewn, 0.0 * point, -4.5e-5 * point + 8e-6 * strewn)


def needle_felt(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Needle-punched or melt-blown fleece of cup masks: matted fibres, clouds, the dents of needles."""
    x, y = _axes(side, count)
    cloud = noise(side, count, 0.0035, rng) + 0.6 * noise(side, count, 0.0012, rng)
    strewn = fibres(side, count, rng, 2600, 0.009)
    k = 2 * np.pi * round(side / 0.0022) / side
    dent = ramp(np.cos(k * x) * np.cos(k * y), 0.8, 1.0)
    return _weave(
        1 + 0.012 * cloud + 0.03 * strewn - 0.03 * dent,
        0.0 * dent,
        1.4e-5 * cloud + 1.2e-5 * strewn - 5e-5 * dent,
    )


def cotton(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Plain weave, 24 threads a cm, each of its own thickness and shade (slubs)."""
    over = np.array([[True, False], [False, True]])
    return _woven(side, count, rng, pitch=0.00042, over=over, relief=4.5e-5, slub=0.035, weft_undyed=0.0)


def denim(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Three-to-one twill: dyed warp over undyed weft, faded on the ridges."""
    over = (np.arange(4)[None] - np.arange(4)[:, None]) % 4 != 0
    return _woven(side, count, rng, pitch=0.00040, over=over, relief=8e-5, slub=0.08, weft_undyed=0.35)


def satin(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Five-end satin: long floats of fine shining thread, the crossings hidden."""
    ends = np.arange(5)
    over = (ends[None] - 2 * ends[:, None]) % 5 != 0
    return _woven(side, count, rng, pitch=0.00020, over=over, relief=1.2e-5, slub=0.03, weft_undyed=0.0)


def jersey(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Single jersey: columns of V-shaped stitches, 12 wales and 16 courses a cm."""
    return _knitted(side, count, rng, wale=0.00083, course=0.00062, relief=1.1e-4, uneven=0.012)


def microfibre(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Fine polyester jersey of sports wear: 24 wales and 30 courses a cm of smooth, even yarn."""
    return _knitted(side, count, rng, wale=0.00042, course=0.00033, relief=5e-5, uneven=0.004)


def _knitted(
    side: float,
    count: int,
    rng: np.random.Generator,
    *,
    wale: float,
    course: float,
    relief: float,
    uneven: float,
) -> Weave:
    """``uneven`` is the deviation of shade from column to column."""
    x, y = _axes(side, count)
    wales, courses = round(side / wale), round(side / course)
    across = x * wales / side % 1 - 0.5
    up = (y * courses / side + 1.15 * np.abs(across)) % 1 - 0.5
    middle = (np.abs(across) - 0.25) / 0.25
    leg = np.sqrt(np.clip(1 - (up / 0.5) ** 2, 0, 1) * np.clip(1 - middle**2, 0, 1))
    lane = np.floor(x * wales / side).astype(int) % wales
    shade = rng.normal(0, uneven, wales)[lane]
    fuzz = noise(side, count, 0.5 * wale, rng)
    return _weave(0.87 + 0.2 * leg + shade + 0.01 * fuzz, 0.0 * leg, relief * leg + 4e-6 * fuzz)


def foam(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Open-cell polyurethane, pressed and skinned: a fine grain of cut cells."""
    grain = noise(side, count, 0.00028, rng) + 0.7 * noise(side, count, 0.00055, rng)
    pore = ramp(-grain, 1.0, 2.2)
    return _weave(1 + 0.012 * grain - 0.10 * pore, 0.0 * pore, 9e-6 * grain - 4e-5 * pore)


def neoprene(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Sponge between two layers of finest jersey: nearly smooth."""
    fine = jersey(side, count, rng)
    soft = noise(side, count, 0.002, rng)
    return _weave(1 + 0.35 * (fine.tint - 1), fine.undyed, 0.3 * fine.height + 1.2e-5 * soft)


def ribbed(side: float, count: int, rng: np.random.Generator) -> Weave:
    """Knitted elastic: ribs along its length, which is u."""
    x, y = _axes(side, count)
    ribs, stitches = round(side / 0.0009), round(side / 0.0006)
    rib = np.abs(np.sin(np.pi * ribs * y / side))
    slant = 0.5 * np.abs(np.cos(np.pi * ribs * y / side))
    stitch = 0.5 + 0.5 * np.cos(2 * np.pi * (stitches * x / side + slant))
    return _weave(0.85 + 0.16 * rib + 0.07 * stitch, 0.0 * rib, 1.0e-4 * rib + 2e-5 * stitch)


def _woven(
    side: float,
    count: int,
    rng: np.random.Generator,
    *,
    pitch: float,
    over: NDArray[np.bool_],
    relief: float,
    slub: float,
    weft_undyed: float,
) -> Weave:
    """Round threads both ways; ``over`` (k, k) is true where the warp (along v) lies on top."""
    x, y = _axes(side, count)
    repeat = len(over)
    threads = repeat * max(1, round(side / pitch / repeat))
    tx, ty = x * threads / side, y * threads / side
    warp, weft = np.floor(tx).astype(int), np.floor(ty).astype(int)
    across, up = tx - warp - 0.5, ty - weft - 0.5
    top = over[weft % repeat, warp % repeat]
    crown = np.sqrt(1 - 2.6 * np.where(top, across, up) ** 2)
    height = crown * (0.75 + 0.25 * np.cos(1.8 * np.pi * np.where(top, up, across)))
    thick_warp, thick_weft = rng.normal(size=(2, threads))
    along_warp, along_weft = (_noise_line(side, count, 0.012, rng, _SLUBS) for _ in range(2))
    row, column = (np.minimum((axis / side * count).astype(int), count - 1) for axis in (y, x))
    shade = np.where(
        top,
        thick_warp[warp] + along_warp[warp % _SLUBS, row],
        thick_weft[weft] + along_weft[weft % _SLUBS, column],
    )
    uneven = 1 + 0.5 * slub * shade
    return _weave((0.72 + 0.33 * height) * uneven, weft_undyed * ~top, relief * height * uneven)


def _weave(tint: Float, undyed: Float, height: Float) -> Weave:
    return Weave(tint / tint.mean(), undyed, height - height.mean())


def _axes(side: float, count: int) -> tuple[Float, Float]:
    axis = (np.arange(count) + 0.5) * side / count
    x, y = np.meshgrid(axis, axis)
    return x, y


def noise(side: float, count: int, grain: float, rng: np.random.Generator) -> Float:
    """Smooth repeating noise (n, n), deviation 1, drawn on a lattice that does not depend on ``count``."""
    lattice = rng.normal(size=(max(4, round(1.5 * side / grain)),) * 2)
    return _onto(lattice, count)


def _noise_line(side: float, count: int, grain: float, rng: np.random.Generator, lines: int) -> Float:
    lattice = rng.normal(size=(lines, max(4, round(1.5 * side / grain))))
    return _onto(lattice, count, axes=(1,))


def _onto(lattice: Float, count: int, axes: tuple[int, ...] = (0, 1)) -> Float:
    """Repeating samples on another number of them by their Fourier series, which keeps shapes in place."""
    spectrum = np.fft.fftn(lattice, axes=axes)
    for axis in axes:
        have = spectrum.shape[axis]
        keep = min(have, count)
        order = np.fft.fftfreq(have, 1 / have).astype(int)
        chosen = np.flatnonzero(np.abs(order) < keep / 2)
        # samples stand in the middle of their squares on either lattice
        turn = np.exp(2j * np.pi * order[chosen] * (0.5 / count - 0.5 / have))
        wide = [*spectrum.shape]
        wide[axis] = count
        moved = np.zeros(wide, complex)
        put: list[slice | np.ndarray[tuple[int, ...], np.dtype[np.intp]]] = [slice(None)] * lattice.ndim
        put[axis] = order[chosen] % count
        shape = [-1 if k == axis else 1 for k in range(lattice.ndim)]
        moved[tuple(put)] = spectrum.take(chosen, axis) * turn.reshape(shape) * (count / have)
        spectrum = moved
    smooth: Float = np.fft.ifftn(spectrum, axes=axes).real
    return smooth


def fibres(side: float, count: int, rng: np.random.Generator, number: int, length: float) -> Float:
    """Straight fibres thrown at random: how many lie over each sample, less their mean; deviation 1."""
    steps = 64
    start, turn = rng.uniform(0, side, (number, 2)), rng.uniform(0, np.pi, number)
    along = np.linspace(0, length, steps)[None, :, None]
    way = np.stack([np.cos(turn), np.sin(turn)], -1)[:, None]
    cell = np.floor((start[:, None] + along * way) / side * count).astype(int) % count
    lying = np.bincount((cell[..., 1] * count + cell[..., 0]).ravel(), minlength=count * count)
    field = lying.reshape(count, count) * 1.0
    deviation = max(float(field.std()), 1e-9)
    result: Float = np.clip((field - field.mean()) / deviation, -2.5, 2.5)
    return result
