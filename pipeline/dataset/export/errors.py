"""What can be wrong with an export, in words for the user."""

from __future__ import annotations

from importlib.util import find_spec


class ExportError(Exception):
    """The export that was asked for cannot be made; the text is one plain sentence."""


def need(*modules: str, extra: str = "export") -> None:
    """Raise ExportError where one of the modules of an extra is not installed."""
    if any(find_spec(module) is None for module in modules):
        raise ExportError(f"this export needs a package; install it with: pip install 'maskdrape[{extra}]'")
