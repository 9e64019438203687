"""Boxes: xyxy in [0, 1] of the upright picture or frame."""

from typing import Self

from pydantic import Field, model_validator

from shoppable.model.noun import Noun


class Box(Noun):
    """An axis-parallel box; x to the right, y down.

    >>> Box(x0=0, y0=0, x1=0.5, y1=1).iou(Box(x0=0, y0=0, x1=1, y1=1))
    0.5
    """

    x0: float = Field(ge=0, le=1)
    y0: float = Field(ge=0, le=1)
    x1: float = Field(ge=0, le=1)
    y1: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError(f"box corners are swapped: {self.x0}, {self.y0}, {self.x1}, {self.y1}")
        return self

    @classmethod
    def clipped(cls, x0: float, y0: float, x1: float, y1: float) -> Self:
        """The part of a box that lies inside the picture; swapped or outside corners give an empty box."""
        left, top = min(max(x0, 0.0), 1.0), min(max(y0, 0.0), 1.0)
        return cls(x0=left, y0=top, x1=max(min(x1, 1.0), left), y1=max(min(y1, 1.0), top))

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Share of the picture, in [0, 1]."""
        return self.width * self.height

    def shared(self, other: "Box") -> float:
        """Area both cover, in [0, 1] of the picture."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: "Box") -> float:
        """Intersection over union, in [0, 1]; 0 for two empty boxes."""
        shared = self.shared(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def inside(self, other: "Box") -> float:
        """Share of this box that lies in `other`, in [0, 1]."""
        return self.shared(other) / self.area if self.area > 0 else 0.0

    def grown(self, share: float) -> "Box":
        """The box with `share` of its width and height added on every side, as far as the picture goes."""
        x, y = share * self.width, share * self.height
        return Box.clipped(self.x0 - x, self.y0 - y, self.x1 + x, self.y1 + y)

    def seen_from(self, outer: "Box") -> "Box":
        """The part of this box that lies in `outer`, in [0, 1] of `outer`; all of it when `outer` is empty.

        >>> Box(x0=0.25, y0=0, x1=0.375, y1=0.5).seen_from(Box(x0=0, y0=0, x1=0.5, y1=0.5)).x1
        0.75
        """
        if outer.area <= 0:
            return WHOLE
        return Box.clipped(
            (self.x0 - outer.x0) / outer.width,
            (self.y0 - outer.y0) / outer.height,
            (self.x1 - outer.x0) / outer.width,
            (self.y1 - outer.y0) / outer.height,
        )


WHOLE = Box(x0=0, y0=0, x1=1, y1=1)
