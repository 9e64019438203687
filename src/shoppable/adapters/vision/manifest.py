"""What a pack is: data. Files with checksums and licences, and how pictures go in and results come out.

A pack is one `pack.toml` and the files it names. The nets themselves know nothing of `shoppable`.
"""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from shoppable.errors import InvalidInput, NotFound
from shoppable.model.noun import Noun
from shoppable.model.space import Calibration, Channel, Space

N = TypeVar("N", bound=Noun)

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
    enlarge: Literal["area", "cubic"] = Field(
        default="area", description="How a smaller picture is brought to size; a larger one is always averaged."
    )
    mean: tuple[Level, Level, Level] = Field(default=(0, 0, 0), description="Taken off, in 0..255, colour order.")
    sd: tuple[Spread, Spread, Spread] = Field(default=(1, 1, 1), description="Divided by, in 0..255, colour order.")

    @model_validator(mode="after")
    def _used(self) -> Self:
        if self.kind == "uint8" and (any(self.mean) or any(each != 1 for each in self.sd)):
            raise ValueError("mean and sd are for kind float32 only")
        return self


class PackFile(Noun):
    """One file of a pack that takes no pictures: a net for texts, a tokenizer."""

    name: str
    file: str = Field(
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*\.(onnx|json)$",
        description="Where it lies in the pack's folder, at most one folder deep.",
    )
    url: str = Field(pattern=r"^https://", description="Where `shoppable models pull` gets it.")
    sha256: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="None: recorded when it first comes, compared ever after."
    )
    bytes: int | None = Field(default=None, gt=0)
    about_mb: int | None = Field(default=None, gt=0, description="What to expect where `bytes` is not known.")
    licence: str = Field(min_length=1, description="SPDX identifier and whose it is.")


class NetFile(PackFile):
    """One net of a pack that takes pictures."""

    file: str = Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*\.(onnx|tflite)$")
    input: NetInput
    output: str | None = Field(
        default=None,
        description="The output to read, by its name; for .tflite an inner tensor, by part of its name.",
    )


class PackChannel(Channel):
    """A channel of the pack's space, and what computes it."""

    source: Literal["net", "colour", "layout", "texture"]
    net: str | None = Field(default=None, description="Name of the net, when `source` is `net`.")


class Looking(Noun):
    """Which nets find regions: all three, or none to look with classical vision."""

    persons: str | None = None
    joints: str | None = None
    things: str | None = None
    skin: str | None = Field(default=None, description="Net that tells bare skin and hair; for garments.")
    min_person: float = Field(default=0.4, ge=0, le=1, description="Least confidence of a person.")
    min_thing: float = Field(default=0.15, ge=0, le=1, description="Least confidence of a thing.")
    max_things: int = Field(default=4, ge=0, description="Things looked at in one frame.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [name for name in ("persons", "joints", "things") if getattr(self, name) is not None]
        if len(named) not in (0, 3):
            raise ValueError(f"names a net for {' and '.join(named)} only: name persons, joints and things, or none")
        return self


class Tokens(Noun):
    """How texts become the numbers of words that a net takes."""

    file: str = Field(description="Name of the file that is the tokenizer, a `tokenizer.json` of Hugging Face.")
    length: int = Field(gt=0, description="Tokens of every text: longer ones are cut, shorter ones filled up.")
    pad: str | None = Field(default=None, description="The token to fill up with, where tokenizer.json names none.")
    lower: bool = Field(default=False, description="Small letters first, where the net learned so and its file forgot.")


class Text(Noun):
    """The net that puts texts into the channel of the pictures."""

    net: str = Field(description="Name of the file that is the net.")
    channel: str = Field(description="The channel whose vectors it shares.")
    logit_scale: float = Field(gt=0, allow_inf_nan=False, description="Log-odds for a cosine of 1, as it was trained.")
    tokens: Tokens
    output: str | None = Field(default=None, description="The output to read, by its name.")


class Labels(Noun):
    """The net that finds things and says what each is: `logits` and `pred_boxes`, in the manner of DETR."""

    net: str
    scores: Literal["softmax", "sigmoid"] = Field(
        description="`softmax` when the last class is *nothing* (DETR, YOLOS), `sigmoid` when each stands alone (OWL)."
    )
    classes: tuple[str, ...] = Field(default=(), description="Its classes by number; none when it is asked in words.")
    tokens: Tokens | None = Field(default=None, description="How it is asked in words: what the taxonomy lists.")
    min_score: float = Field(default=0.3, gt=0, le=1)
    max_overlap: float = Field(default=0.5, gt=0, le=0.6, description="Of two boxes of one kind, as IoU.")
    max_regions: int = Field(default=12, gt=0, le=40, description="Looked at in one frame.")

    @model_validator(mode="after")
    def _told(self) -> Self:
        if bool(self.classes) == (self.tokens is not None):
            raise ValueError("needs either classes or tokens: a net knows its classes, or is asked in words")
        return self


class Pack(Noun):
    """A set of nets (or of classical descriptors) that sees and embeds."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    version: int = Field(ge=1)
    summary: str
    rank: int = Field(default=0, description="`auto` takes the present pack of the highest rank.")
    net: tuple[NetFile, ...] = ()
    file: tuple[PackFile, ...] = ()
    looking: Looking = Looking()
    labels: Labels | None = None
    text: Text | None = None
    channel: tuple[PackChannel, ...] = Field(min_length=1)
    calibration: Calibration
    min_inliers: int = Field(default=20, ge=4)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for what, names in (
            ("files named", [each.name for each in self.files]),
            ("entries for the file", [each.file for each in self.files]),
            ("channels named", [channel.name for channel in self.channel]),
        ):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"has two {what} {twice[0]}")
        if not any(channel.weight for channel in self.channel):
            raise ValueError("has no channel with a weight above 0")
        known = {net.name for net in self.net}
        used = {self.looking.persons, self.looking.joints, self.looking.things, self.looking.skin}
        used |= {channel.net for channel in self.channel}
        if self.labels is not None:
            used.add(self.labels.net)
            if self.looking.persons is not None:
                raise ValueError("finds regions in two ways: name the nets of looking, or labels")
        missing = sorted(name for name in used - known if name is not None)
        if missing:
            raise ValueError(f"names nets that it does not list: {', '.join(missing)}")
        for channel in self.channel:
            if (channel.source == "net") != (channel.net is not None):
                raise ValueError(f"channel {channel.name} must name a net exactly when its source is net")
        self._check_texts()
        return self

    def _check_texts(self) -> None:
        endings = {each.name: each.file.rpartition(".")[2] for each in self.file}
        if self.text is not None:
            if endings.get(self.text.net) != "onnx":
                raise ValueError(f"lists no file {self.text.net} that is a net: text needs one, .onnx")
            if self.text.channel not in {channel.name for channel in self.channel if channel.source == "net"}:
                raise ValueError(f"has no channel {self.text.channel} made by a net: text needs one to share")
        for using in (self.text, self.labels):
            tokens = None if using is None else using.tokens
            if tokens is not None and endings.get(tokens.file) != "json":
                raise ValueError(f"lists no file {tokens.file} that is a tokenizer, .json")

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
                    learned=channel.learned,
                    kept=channel.kept,
                )
                for channel in self.channel
            ),
            calibration=self.calibration,
            min_inliers=self.min_inliers,
        )

    @property
    def files(self) -> tuple[PackFile, ...]:
        """Everything that must be there: nets, then what belongs to them."""
        return (*self.net, *self.file)

    @property
    def bytes(self) -> int:
        """Size of all files together, as far as it is known exactly."""
        return sum(each.bytes or 0 for each in self.files)

    @property
    def size(self) -> str:
        """Size of all files together, for a person."""
        guessed = [each.about_mb or 0 for each in self.files if each.bytes is None]
        return f"{'about ' if guessed else ''}{self.bytes / 1e6 + sum(guessed):.0f} MB"

    @property
    def checked(self) -> bool:
        """Whether the checksum of every file is known."""
        return all(each.sha256 is not None for each in self.files)


def read_manifest(path: Path) -> Pack:
    """Reads a `pack.toml`.

    Raises:
        NotFound: There is none.
        InvalidInput: It cannot be read, or is not TOML, or not a pack; the message names the field.
    """
    return read_toml(path, Pack, "pack")


def read_toml(path: Path, noun: type[N], what: str) -> N:
    """Reads a noun from a TOML file; `what` it is called in messages.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It cannot be read, or is not TOML, or not such a noun; the message names the field.
    """
    try:
        return noun.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NotFound(f"no {path.name} in {path.parent}: a pack is a folder with a pack.toml and its files") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or f"the {what}"
        raise InvalidInput(f"{path} is not a {what}: {where}: {first['msg']}") from error
