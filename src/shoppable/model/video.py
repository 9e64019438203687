"""A video, its shots and chapters, and the chunks it is worked on in."""

from enum import StrEnum

from pydantic import Field

from shoppable.model.noun import Noun
from shoppable.model.time import Span


class VideoInfo(Noun):
    """What a probe says of a file; sizes are those of the upright picture with square pixels."""

    container: str
    video_codec: str
    audio_codec: str | None
    duration_ms: int = Field(gt=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    rotation: int = Field(default=0, description="Degrees to turn a decoded picture clockwise: 0, 90, 180, 270.")
    frame_rate: float = Field(gt=0, description="Average frames per second.")


class Upload(Noun):
    """A video file that was let in: in the store, not looked at yet. Its id comes from its bytes."""

    video_id: str = Field(pattern=r"^v[0-9a-f]{16}$")
    name: str = Field(min_length=1, description="What people call it: the file's name.")
    source_key: str = Field(description="Blob key of the file as it came.")


class Video(Noun):
    """A video in the store, and which analysis of it is current."""

    video_id: str
    name: str
    source_key: str = Field(description="Blob key of the file as it came.")
    media_type: str = Field(description="Content type to serve it with, from the probed container.")
    info: VideoInfo
    latest_run_id: str | None = Field(default=None, description="The run whose appearances are current.")
    catalog: str | None = None


class Transition(StrEnum):
    """How one shot becomes the next."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE = "fade"


class Content(StrEnum):
    """What a shot is, as far as that can be told without knowing what is in it."""

    MOVING = "moving"
    STILL = "still"
    BLACK = "black"
    CREDITS = "credits"


class Shot(Span):
    """What one camera showed without a cut; `index` counts from 0."""

    index: int = Field(ge=0)
    begins_by: Transition = Field(default=Transition.CUT, description="How it follows the shot before.")
    content: Content = Field(
        default=Content.MOVING,
        description="moving; still: nothing moves; black; credits: a guess, much small text on a plain ground.",
    )

    @property
    def may_show_goods(self) -> bool:
        """Whether it is worth looking for goods in it: not in black, nor in credits."""
        return self.content in (Content.MOVING, Content.STILL)


class Chapter(Span):
    """A stretch of shots that belong together, as far as their look tells; chapters abut and cover the video."""

    index: int = Field(ge=0)

    @property
    def title(self) -> str:
        """A number: what a chapter is about is not known."""
        return f"Chapter {self.index + 1}"


class Chunk(Span):
    """A stretch of a video that one worker decodes; chunks abut and cover the video."""

    index: int = Field(ge=0)
