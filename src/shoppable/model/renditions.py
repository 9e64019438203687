"""Renditions: the streams a player chooses from, and the pictures that stand for a video before it plays."""

from dataclasses import dataclass

from pydantic import Field

from shoppable.model.noun import Noun


class Rung(Noun):
    """A size in which pictures are offered; both sides are even."""

    name: str = Field(pattern=r"^[0-9]+$", description="Its folder: the shorter side in px.")
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    max_kbps: int = Field(gt=0, description="Bit rate it does not pass for longer than two seconds.")


class SoundTrack(Noun):
    """The sound of a file; `copied` when it is AAC that players take as it is."""

    copied: bool
    channels: int = Field(gt=0)


class Survey(Noun):
    """What the packets of a file tell without decoding them."""

    unfit: str | None = Field(description="Why its pictures cannot be handed to browsers as they are; None: they can.")
    keyframes_ms: tuple[int, ...] = Field(description="Where decoding can begin, ascending; empty when unfit.")
    kbps: int = Field(ge=0, description="Mean bit rate of its pictures.")
    sound: SoundTrack | None


class Ladder(Noun):
    """Which renditions a video gets, and where their segments begin.

    Equal ladders of one video are the same renditions: they are made once.
    """

    rungs: tuple[Rung, ...] = Field(min_length=1, description="Largest first.")
    copied: bool = Field(description="Whether the first rung is made of the file's own packets.")
    starts_ms: tuple[int, ...] = Field(min_length=1, description="Where segments begin, in all renditions alike.")
    sound: SoundTrack | None
    chunk_ms: int = Field(gt=0, description="About how much one encoder makes, before another goes on.")
    recipe: int = Field(description="Counts up when the same ladder is made in another way.")

    @property
    def encoded(self) -> tuple[Rung, ...]:
        """The rungs that an encoder makes."""
        return self.rungs[1:] if self.copied else self.rungs


class Segment(Noun):
    """A stretch of one rendition in a file of its own; it begins with a keyframe."""

    folder: str = Field(description="Name of the rung, or `sound`.")
    index: int = Field(ge=0, description="Which start of the ladder it begins at or after.")
    start: int = Field(ge=0, description="In ticks of its rendition's clock.")
    end: int = Field(gt=0)
    size: int = Field(gt=0, description="Bytes.")

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.index:06}.m4s"


@dataclass(frozen=True, repr=False)
class Piece:
    """A file of a rendition: `path` is its folder and name; `segment` says what it holds, None for an init file."""

    path: str
    data: bytes
    segment: Segment | None = None


class Rendition(Noun):
    """One stream that was made: pictures of a size, or the sound when it has none."""

    folder: str
    codec: str = Field(description="As RFC 6381 names it.")
    width: int | None = None
    height: int | None = None
    peak_bps: int = Field(gt=0, description="Bits a second of its densest segment.")
    mean_bps: int = Field(gt=0)


class Renditions(Noun):
    """The renditions that a video has; their files lie under `renditions_id` and never change."""

    video_id: str
    renditions_id: str
    pictures: tuple[Rendition, ...] = Field(description="Largest first.")
    sound: Rendition | None
    copied: bool = Field(description="Whether the first is the file's own packets.")
    film_bytes: int = Field(gt=0, description="Size of the one file for downloads and old players.")


class Stills(Noun):
    """Pictures of a video: one to show before it plays, and small ones for the scrub bar. Named by their contents."""

    video_id: str
    poster: str | None = Field(description="File name; None when no frame was looked at.")
    poster_ms: int = Field(default=0, ge=0)
    thumbnails: str | None = Field(description="File name of the WebVTT that says where each small picture lies.")
