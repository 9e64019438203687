"""An explanation as one picture: what was seen, beside the catalog pictures that it was compared with."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

_GROUND, _AROUND, _INK, _PALE = "#16181d", "#2b303a", "#eef1f6", "#aab2c0"
_PANEL_PX, _GAP_PX, _HEAD_PX, _LINE_PX = 300, 16, 72, 19
_CHARACTERS = 42


@dataclass(frozen=True)
class Panel:
    """A picture (JPEG; None when it is gone) with a heading and lines of text under it."""

    heading: str
    lines: tuple[str, ...]
    picture: bytes | None


def explanation_picture(title: str, subtitle: str, panels: Sequence[Panel]) -> bytes:
    """A PNG with the panels side by side, as wide as they need.

    Args:
        title: The first line: what was decided.
        subtitle: The second line: why.
        panels: At least one; their order is kept.
    """
    heading, text = ImageFont.load_default(size=16), ImageFont.load_default(size=13)
    told = [[part for line in panel.lines for part in _wrapped(line)] for panel in panels]
    width = max(len(panels) * (_PANEL_PX + _GAP_PX) + _GAP_PX, 960)
    height = _HEAD_PX + _PANEL_PX + 34 + max(map(len, told)) * _LINE_PX + _GAP_PX
    sheet = Image.new("RGB", (width, height), _GROUND)
    pen = ImageDraw.Draw(sheet)
    room = (width - 2 * _GAP_PX) // 8
    pen.text((_GAP_PX, 14), _clipped(title, room), fill=_INK, font=heading)
    pen.text((_GAP_PX, 40), _clipped(subtitle, room), fill=_PALE, font=text)
    for number, (panel, lines) in enumerate(zip(panels, told, strict=True)):
        left = _GAP_PX + number * (_PANEL_PX + _GAP_PX)
        if panel.picture is None:
            pen.rectangle((left, _HEAD_PX, left + _PANEL_PX - 1, _HEAD_PX + _PANEL_PX - 1), outline=_PALE)
            middle = (left + _PANEL_PX / 2, _HEAD_PX + _PANEL_PX / 2)
            pen.text(middle, "the picture is gone", fill=_PALE, font=text, anchor="mm")
        else:
            with Image.open(io.BytesIO(panel.picture), formats=("JPEG",)) as opened:
                fitted = ImageOps.pad(opened.convert("RGB"), (_PANEL_PX, _PANEL_PX), color=_AROUND)
            sheet.paste(fitted, (left, _HEAD_PX))
        below = _HEAD_PX + _PANEL_PX + 8
        pen.text((left, below), _clipped(panel.heading, 34), fill=_INK, font=heading)
        for row, line in enumerate(lines):
            pen.text((left, below + 24 + row * _LINE_PX), line, fill=_PALE, font=text)
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, _CHARACTERS) or [""]


def _clipped(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 3]}..."
