"""YAML as plain values: nothing but numbers, texts, lists and mappings, and no key twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml


class YamlError(ValueError):
    """Not such YAML; the text says where, beginning with " line n, column m: " or ": "."""


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which also refuses a key given twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a text", key.start_mark)
        if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} twice", key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> Any:
    """The value that a YAML text stands for. Raises YamlError."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlError(f"{where}: {_plain(error)}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(f": not YAML: {' '.join(str(error).split())}") from error


def line_of(text: str, place: Sequence[int | str]) -> int:
    """Line, from 1, of the value at ``place`` (keys and indices) in a YAML text that can be read.

    Steps that are not in the text are passed over, so that the line of what should hold a missing key is
    found.
    """
    node = yaml.compose(text, Loader=_Loader)
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
            if found:
                line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _plain(error: yaml.MarkedYAMLError) -> str:
    tag = re.search(r"tag '([^']+)'", error.problem or "")
    if tag and "python" in tag[1]:
        name = tag[1].replace("tag:yaml.org,2002:", "!!")
        return f"{name} is not allowed; allowed: plain numbers, texts, lists and mappings"
    return error.problem or "not YAML"
