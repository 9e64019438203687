"""One picture of every shot, with what is really there and what was found drawn in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw, ImageFont

_COLUMNS, _WIDTH_PX, _GAP_PX, _CAPTION_PX = 4, 420, 12, 24
_TRUE, _RIGHT, _WRONG = "#ffffff", "#2bd67b", "#ff4d4d"


def draw_contact_sheet(film: Path, truth: dict[str, Any], result: dict[str, Any], out: Path) -> None:
    """Writes a JPEG of the middle of each shot: true boxes in white, shown ones in green if right, in red if not."""
    shots = truth["shots"]
    middles = [(shot["start_ms"] + shot["end_ms"]) // 2 for shot in shots]
    tiles = [_tile(frame, t, truth, result) for frame, t in zip(frames_at(film, middles), middles, strict=True)]
    rows = -(-len(tiles) // _COLUMNS)
    height = tiles[0].height
    sheet = Image.new(
        "RGB",
        (_COLUMNS * (_WIDTH_PX + _GAP_PX) + _GAP_PX, rows * (height + _CAPTION_PX + _GAP_PX) + _GAP_PX),
        "#16181d",
    )
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=14)
    for number, (tile, shot, t_ms) in enumerate(zip(tiles, shots, middles, strict=True)):
        row, column = divmod(number, _COLUMNS)
        left = _GAP_PX + column * (_WIDTH_PX + _GAP_PX)
        top = _GAP_PX + row * (height + _CAPTION_PX + _GAP_PX)
        sheet.paste(tile, (left, top))
        nothing = ", nothing of the shop" if shot["negative"] else ""
        pen.text((left, top + height + 3), f"{t_ms / 1000:.1f} s{nothing}", fill="#b8bec9", font=font)
    sheet.save(out, quality=90)


def frames_at(film: Path, times_ms: Sequence[int]) -> list[Image.Image]:
    """The frame on screen at each of the ascending times."""
    frames: list[Image.Image] = []
    with av.open(str(film)) as container:
        last = None
        for frame in container.decode(video=0):
            while len(frames) < len(times_ms) and frame.time is not None and frame.time * 1000 > times_ms[len(frames)]:
                frames.append(_picture(last or frame))
            last = frame
        while last is not None and len(frames) < len(times_ms):
            frames.append(_picture(last))
    return frames


def _picture(frame: av.VideoFrame) -> Image.Image:
    return Image.fromarray(frame.to_ndarray(format="rgb24"))


def _tile(frame: Image.Image, t_ms: int, truth: dict[str, Any], result: dict[str, Any]) -> Image.Image:
    tile = frame.resize((_WIDTH_PX, round(frame.height * _WIDTH_PX / frame.width)))
    pen = ImageDraw.Draw(tile)
    font = ImageFont.load_default(size=13)
    there = [each for each in truth["appearances"] if each["start_ms"] <= t_ms < each["end_ms"]]
    for each in there:
        pen.rectangle(_corners(each["boxes"], t_ms, tile), outline=_TRUE, width=1)
    for each in result["appearances"]:
        if each["shown"] and each["start_ms"] <= t_ms < each["end_ms"]:
            colour = _RIGHT if each["product_id"] in {other["product_id"] for other in there} else _WRONG
            corners = _corners(each["boxes"], t_ms, tile)
            pen.rectangle(corners, outline=colour, width=3)
            place = (corners[0] + 4, max(corners[1] - 18, 2))
            pen.rectangle(pen.textbbox(place, each["product_id"], font=font), fill="#16181d")
            pen.text(place, each["product_id"], fill=colour, font=font)
    return tile


def _corners(boxes: list[dict[str, Any]], t_ms: int, tile: Image.Image) -> tuple[float, float, float, float]:
    box = min(boxes, key=lambda each: abs(each["t_ms"] - t_ms))
    x0, x1 = sorted((box["x0"] * tile.width, box["x1"] * tile.width))
    y0, y1 = sorted((box["y0"] * tile.height, box["y1"] * tile.height))
    return x0, y0, x1, y1
