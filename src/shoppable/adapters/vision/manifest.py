"""What a pack is: data. Files with checksums and licences, and how pictures go in and results come out.

A pack is one `pack.toml` and the files it names. The nets themselves know nothing of `shoppable`.
"""

import hashlib
import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from shoppable.errors import InvalidInput, NotFound
from shoppable.model.noun import Noun
from shoppable.model.space import Calibration, Channel, Space

Level = Annotated[float, Field(allow_inf_nan=False)]
Spread = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class NetInput(Noun):
    """How a picture is prepared for a net."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    fit: Literal["stretch", "square", "letterbox"] = Field(
        default="stretch",
        description="`square` repeats the edges to a square; `letterbox` aligns to the top left and pads with grey.",
    )
    pad: int = Field(default=114, ge=0, le=255, description="Grey value of the padding.")
    colours: Literal["rgb", "bgr"] = "rgb"
    layout: Literal["nhwc", "nchw"] = "nhwc"
    kind: Literal["uint8", "float32"] = "uint8"
    mean: tuple[Level, Level, Level] = Field(default=(0, 0, 0), description="Taken off, in 0..255, colour order.")
    sd: tuple[Spread, Spread, Spread] = Field(default=(1, 1, 1), description="Divided by, in 0..255, colour order.")

    @model_validator(mode="after")
    def _used(self) -> Self:
        if self.kind == "uint8" and (any(self.mean) or any(each != 1 for each in self.sd)):
            raise ValueError("mean and sd are for kind float32 only")
        return self


class NetFile(Noun):
    """One net of a pack."""

    name: str
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(onnx|tflite)$")
    url: str = Field(pattern=r"^https://", description="Where `shoppable models pull` gets it.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(gt=0)
    licence: str = Field(min_length=1, description="SPDX identifier and whose it is.")
    input: NetInput
    output: str | None = Field(
        default=None,
        description="Part of the name of an inner tensor to read instead of the net's outputs; .tflite only.",
    )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.output is not None and not self.file.endswith(".tflite"):
            raise ValueError(f"{self.file} gives its own outputs: output is for .tflite only")
        return self


class PackChannel(Channel):
    """A channel of the pack's space, and what computes it."""

    source: Literal["net", "colour", "texture"]
    net: str | None = Field(default=None, description="Name of the net, when `source` is `net`.")


class Looking(Noun):
    """Which nets find regions: all three, or none to look with classical vision."""

    persons: str | None = None
    joints: str | None = None
    things: str | None = None
    min_person: float = Field(default=0.4, ge=0, le=1, description="Least confidence of a person.")
    min_thing: float = Field(default=0.15, ge=0, le=1, description="Least confidence of a thing.")
    max_things: int = Field(default=4, ge=0, description="Things looked at in one frame.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [name for name in ("persons", "joints", "things") if getattr(self, name) is not None]
        if len(named) not in (0, 3):
            raise ValueError(f"names a net for {' and '.join(named)} only: name persons, joints and things, or none")
        return self


class Pack(Noun):
    """A set of nets (or of classical descriptors) that sees and embeds."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    version: int = Field(ge=1)
    summary: str
    rank: int = Field(default=0, description="`auto` takes the present pack of the highest rank.")
    net: tuple[NetFile, ...] = ()
    looking: Looking = Looking()
    channel: tuple[PackChannel, ...] = Field(min_length=1)
    calibration: Calibration
    min_inliers: int = Field(default=20, ge=4)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for what, names in (
            ("nets named", [net.name for net in self.net]),
            ("nets in the file", [net.file for net in self.net]),
            ("channels named", [channel.name for channel in self.channel]),
        ):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"has two {what} {twice[0]}")
        for field in ("weight", "weight_uncoloured"):
            if not any(getattr(channel, field) for channel in self.channel):
                raise ValueError(f"has no channel with a {field} above 0")
        known = {net.name for net in self.net}
        used = {self.looking.persons, self.looking.joints, self.looking.things}
        used |= {channel.net for channel in self.channel}
        missing = sorted(name for name in used - known if name is not None)
        if missing:
            raise ValueError(f"names nets that it does not list: {', '.join(missing)}")
        for channel in self.channel:
            if (channel.source == "net") != (channel.net is not None):
                raise ValueError(f"channel {channel.name} must name a net exactly when its source is net")
        return self

    @property
    def space(self) -> Space:
        """The space its vectors live in."""
        return Space(
            pack=self.name,
            version=self.version,
            channels=tuple(
                Channel(
                    name=channel.name,
                    dimension=channel.dimension,
                    weight=channel.weight,
                    weight_uncoloured=channel.weight_uncoloured,
                )
                for channel in self.channel
            ),
            calibration=self.calibration,
            min_inliers=self.min_inliers,
        )

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(net.bytes for net in self.net)


def read_manifest(path: Path) -> Pack:
    """Reads a `pack.toml`.

    Raises:
        NotFound: There is none.
        InvalidInput: It cannot be read, or is not TOML, or not a pack; the message names the field.
    """
    try:
        return Pack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NotFound(f"no pack.toml in {path.parent}: a pack is a folder with a pack.toml and its files") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the pack"
        raise InvalidInput(f"{path} is not a pack: {where}: {first['msg']}") from error


def check_file(net: NetFile, path: Path) -> None:
    """Compares a file with its manifest.

    Raises:
        NotFound: The file is missing.
        InvalidInput: It cannot be read, or its checksum is another one.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise NotFound(f"{net.file} is missing from {path.parent}") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    if found != net.sha256:
        raise InvalidInput(
            f"{path} has checksum {found[:12]}…, the pack says {net.sha256[:12]}…: the file is damaged or another one; "
            f"get it again from {net.url}"
        )
