"""What can be wrong with an export, in words for the user."""

from __future__ import annotations

from importlib import import_module


class ExportError(Exception):
    """The export that was asked for cannot be made; the text is one plain sentence."""


def need(*modules: str, extra: str = "export") -> None:
    """Raise ExportError where one of the modules of an extra is not installed, or does not load."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise ExportError(
                f"this export needs a package; install it with: pip install 'maskdrape[{extra}]'"
            ) from error
        except ImportError as error:  # as pyarrow 26 beside numpy 1
            raise ExportError(f"{module} does not load: {error}") from error
