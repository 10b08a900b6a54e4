"""``maskdrape drapes``: fills the bank of settled drapes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.quiet import native_output_in
from pipeline.masks.balance import AS_DESIGNED, Choice
from pipeline.masks.carry.bank import Maker, Slot, bank_folder, fetch, filled, slots
from pipeline.masks.library import Library, design_names, load_design
from pipeline.recipe import ConfigError
from pipeline.records import Rejected

SECONDS = 12  # of one processor that a drape takes in the mean, with its second attempts


def fill_bank(
    library: Library, designs: Sequence[str], wearing: Sequence[str], shard: tuple[int, int]
) -> int:
    """Make what the bank lacks of these designs and ways of wearing, of all where none is named.

    ``shard`` (i, n) makes every n-th drape only, the i-th first. Goes on where it was stopped. Returns the
    exit code; raises ConfigError for names that are not known.
    """
    wanted = tuple(wanted_slots(library, designs, wearing))[shard[0] - 1 :: shard[1]]
    folder = bank_folder(Path(".maskdrape"))
    with native_output_in(folder / f"log-{shard[0]}-of-{shard[1]}.txt") as (out, err):
        from pipeline.draping import real_draping

        maker = real_draping(library).maker
        left = [slot for slot in wanted if not filled(folder, slot, maker)]
        print(
            f"bank: {folder}; {len(wanted)} drapes, {len(left)} to make{_time_for(left)}",
            file=err,
            flush=True,
        )
        refused = Counter(_make(left, folder, maker, Console(file=err, highlight=False, soft_wrap=True)))
        total = sum(path.stat().st_size for path in folder.glob("??/*.npz"))
        print(f"{len(left) - refused.total()} drapes made; the bank holds {total / 1e6:.1f} MB", file=out)
        for reason, count in refused.most_common():
            print(f"{count} not to be had: {reason}", file=out)
        out.flush()
    return 0


def _time_for(left: Sequence[Slot]) -> str:
    if not left:
        return ""
    hours = len(left) * SECONDS / 3600
    about = f"{hours:.1f} hours" if hours > 1 else f"{60 * hours:.0f} minutes"
    return f", about {about} of one processor; it may be stopped at any time, and a run makes what it lacks"


def wanted_slots(library: Library, designs: Sequence[str], wearing: Sequence[str]) -> Iterator[Slot]:
    """Every place of the bank that the names ask for. Raises ConfigError for a name that is not known."""
    known = design_names(library)
    states = {state for name in known for state in load_design(name, library).wearing}
    for names, allowed, what in ((designs, known, "design"), (wearing, sorted(states), "way of wearing")):
        for name in names:
            if name not in allowed:
                raise ConfigError(f"no {what} {name!r}; allowed: {', '.join(allowed)}")
    for name in designs or known:
        design = load_design(name, library)
        for state in design.wearing:
            if not wearing or state in wearing:
                yield from slots(design, Choice(name, state, AS_DESIGNED))


def _make(left: Sequence[Slot], folder: Path, maker: Maker, console: Console) -> Iterator[str]:
    """Fills the slots and yields why, of each that must stay empty."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("drapes", total=len(left))
        for number, slot in enumerate(left, 1):
            name = f"{slot.choice.design} {slot.choice.wearing} {slot.size} {slot.shape}.{slot.number}"
            bar.update(task, description=name)
            before, said = time.monotonic(), "settled"
            try:
                fetch(folder, slot, maker)
            except Rejected as refusal:
                said = refusal.reason
                yield refusal.reason
            bar.advance(task)
            if not console.is_terminal:
                spent = time.monotonic() - before
                console.print(f"[{number}/{len(left)}] {name}: {said} ({spent:.1f} s)", markup=False)
