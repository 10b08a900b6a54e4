"""What can be asked of the bench: one class a request, its fields the request's keys."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from pipeline.config import Block

PROTOCOL = 1
Number = Annotated[int, Field(ge=0)]


class BadRequest(Exception):
    """A line that is no request; the text is one plain sentence. ``identifier`` is the request's, if any."""

    def __init__(self, reason: str, identifier: int | str | None = None) -> None:
        super().__init__(reason)
        self.identifier = identifier


class Request(Block):
    """``folder`` is absolute; the configuration's relative paths are relative to it."""

    id: int | str | None = None
    do: str
    folder: str | None = None
    config: dict[str, Any] | None = None

    @field_validator("folder")
    @classmethod
    def _absolute(cls, folder: str | None) -> str | None:
        if folder is not None and not Path(folder).is_absolute():
            raise ValueError("an absolute path is needed")
        return folder


class Hello(Request):
    do: Literal["hello"]


class ShowDesign(Request):
    do: Literal["design"]
    name: str


class Schema(Request):
    do: Literal["schema"]


class Flat(Request):
    do: Literal["flat"]
    document: dict[str, Any]
    size: str


class SaveDesign(Request):
    do: Literal["save_design"]
    library: str
    name: str
    document: dict[str, Any]


class OnPhoto(Request):
    """What is asked of one photo, by its name in the table or folder of the configuration; of one that is
    there alone, without."""

    folder: str
    config: dict[str, Any]
    photo: str | None = None


class FindFaces(OnPhoto):
    do: Literal["faces"]


class Drag(OnPhoto):
    """``moves`` are [landmark, x, y], px; neighbours within ``reach_px`` follow. ``live``: the fit alone, and
    nothing is written."""

    do: Literal["drag"]
    face: Number
    moves: tuple[tuple[int, float, float], ...] = ()
    reach_px: Annotated[float, Field(ge=0, le=10000)] = 0.0
    hold: tuple[Literal["identity", "expression"], ...] = ()
    live: bool = False

    @field_validator("moves", "hold", mode="before")
    @classmethod
    def _from_lists(cls, values: object) -> object:
        if not isinstance(values, list):
            return values
        return tuple(tuple(one) if isinstance(one, list) else one for one in values)


class OnFace(OnPhoto):
    face: Number = 0
    variant: Number = 0


class Draw(OnFace):
    do: Literal["draw"]


class Drape(OnFace):
    do: Literal["drape"]


class Composite(OnFace):
    """``samples`` replaces those of the configuration, for a preview."""

    do: Literal["composite"]
    samples: Annotated[int, Field(ge=1, le=4096)] | None = None


class ReadConfig(Request):
    """A configuration file of the user's, by its absolute path."""

    do: Literal["read_config"]
    path: str


AnyRequest = Annotated[
    Hello
    | ShowDesign
    | Schema
    | Flat
    | SaveDesign
    | FindFaces
    | Drag
    | Draw
    | Drape
    | Composite
    | ReadConfig,
    Field(discriminator="do"),
]
KINDS = (Hello, ShowDesign, Schema, Flat, SaveDesign, FindFaces, Drag, Draw, Drape, Composite, ReadConfig)
NAMES = tuple(get_args(kind.model_fields["do"].annotation)[0] for kind in KINDS)
_ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyRequest)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def read_request(line: bytes) -> Request:
    """The request of one line. Raises BadRequest."""
    try:
        values = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"not a line of JSON: {error}") from error
    if not isinstance(values, dict):
        raise BadRequest('a request is a JSON object: {"id": 1, "do": "hello"}')
    identifier = values.get("id")
    if not isinstance(identifier, int | str):
        identifier = None
    name = values.get("do")
    if name not in NAMES:
        near = difflib.get_close_matches(str(name), NAMES, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise BadRequest(f"nothing is called {name!r}; {hint}known: {', '.join(NAMES)}", identifier)
    try:
        request: Request = _ADAPTER.validate_python(values)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"][1:]) or "request"
        raise BadRequest(
            f"{name}: {key}: {fault['msg'].removeprefix('Value error, ')}", identifier
        ) from error
    return request
