"""Contact sheets of mistakes: what was on screen, what it was taken for, and what it is."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bench.mistakes import Miss, Mistake, shared_moment
from bench.sets import Case, Document
from demo.contact_sheet import frames_at

_GROUND, _CARD, _INK, _PALE = "#16181d", "#22262e", "#eef1f6", "#aab2c0"
_FOUND, _TRUE = "#ff5a5a", "#2bd67b"
_FRAME_PX, _PICTURE_PX, _TEXT_PX, _GAP_PX, _COLUMNS = (400, 225), (168, 225), 68, 14, 2
_CELL_PX = (_FRAME_PX[0] + 3 * (_PICTURE_PX[0] + 8) + 2 * 8, _FRAME_PX[1] + 22 + _TEXT_PX)
_LINE_CHARACTERS = 120


def draw_mistakes(case: Case, mistakes: Sequence[Mistake], title: str, out: Path) -> None:
    """Writes a PNG: for each mistake the frame with its box, the crop, the product it said, and the one it is."""
    moments = [_middle(each.found) for each in mistakes]
    frames = _frames(case, moments)
    cells = []
    for each, t_ms in zip(mistakes, moments, strict=True):
        said, there = each.found["product_id"], each.should_be
        true_id = None if there is None else there["product_id"]
        if there is None:
            is_ = "nothing of the catalog"
        elif true_id is None:
            is_ = f"style {there['item_group_id']}, colour not sold"
        else:
            is_ = true_id
        rank = None if true_id is None else _rank_said(each.found, true_id)
        boxes = [(each.found, _FOUND)] + ([] if there is None else [(there, _TRUE)])
        cells.append(
            _cell(
                _boxed(frames[t_ms], boxes, t_ms),
                [
                    ("crop", _crop(frames[t_ms], each.found, t_ms), _PALE),
                    (f"said: {said}", _picture(case, said), _FOUND),
                    (f"is: {is_}", _picture(case, true_id), _TRUE),
                ],
                f"{_clock(t_ms)} · {_decided(each.found)}" + (f" · right product: {rank}" if rank else ""),
                each.found["reason"],
            )
        )
    _sheet(cells, title).save(out)


def draw_misses(case: Case, missed: Sequence[Miss], title: str, out: Path) -> None:
    """Writes a PNG: for each missed product the frame with its true box, its picture, and what was seen instead."""
    moments = [
        _middle(each.there) if each.nearest is None else shared_moment(each.there, each.nearest) for each in missed
    ]
    frames = _frames(case, moments)
    cells = []
    for each, t_ms in zip(missed, moments, strict=True):
        right, near = each.there["product_id"], each.nearest
        boxes = [(each.there, _TRUE)] + ([] if near is None else [(near, _FOUND)])
        if near is None:
            words, reason, first = "nothing was found at its place", "", None
        else:
            first = near["product_id"]
            words, reason = f"right product: {_rank_said(near, right)} · {_decided(near)}", near["reason"]
        cells.append(
            _cell(
                _boxed(frames[t_ms], boxes, t_ms),
                [
                    (f"is: {right}", _picture(case, right), _TRUE),
                    ("crop looked at", None if near is None else _crop(frames[t_ms], near, t_ms), _PALE),
                    (f"first: {first or '-'}", _picture(case, first), _FOUND),
                ],
                f"{_clock(t_ms)} · {words}",
                reason,
            )
        )
    _sheet(cells, title).save(out)


def _decided(found: Document) -> str:
    return f"tier {found['tier']}, p {found['score']:.2f}, {found['kind']}"


def _rank_said(found: Document, product_id: str) -> str:
    ranked = [candidate["product_id"] for candidate in found["candidates"]]
    if product_id not in ranked:
        return f"not among {len(ranked)} candidates"
    at = ranked.index(product_id)
    return f"candidate {at + 1}, p {found['candidates'][at]['score']:.2f}"


def _frames(case: Case, moments: Sequence[float]) -> Mapping[float, Image.Image]:
    times = sorted(set(moments))
    return dict(zip(times, frames_at(case.where.video, [round(t) for t in times]), strict=True))


def _middle(appearance: Document) -> float:
    return float(appearance["start_ms"] + appearance["end_ms"]) / 2


def _corners(appearance: Document, t_ms: float, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box nearest in time, in pixels; at least one pixel wide and high."""
    box = min(appearance["boxes"], key=lambda each: abs(each["t_ms"] - t_ms))
    x0, y0 = box["x0"] * size[0], box["y0"] * size[1]
    return x0, y0, max(box["x1"] * size[0], x0 + 1), max(box["y1"] * size[1], y0 + 1)


def _boxed(frame: Image.Image, boxes: Sequence[tuple[Document, str]], t_ms: float) -> Image.Image:
    drawn = ImageOps.pad(frame, _FRAME_PX, color=_GROUND)
    pen = ImageDraw.Draw(drawn)
    scale = min(_FRAME_PX[0] / frame.width, _FRAME_PX[1] / frame.height)
    size = (round(frame.width * scale), round(frame.height * scale))
    left, top = (_FRAME_PX[0] - size[0]) / 2, (_FRAME_PX[1] - size[1]) / 2
    for appearance, colour in boxes:
        x0, y0, x1, y1 = _corners(appearance, t_ms, size)
        pen.rectangle((left + x0, top + y0, left + x1 - 1, top + y1 - 1), outline=colour, width=3)
    return drawn


def _crop(frame: Image.Image, appearance: Document, t_ms: float) -> Image.Image:
    x0, y0, x1, y1 = (round(value) for value in _corners(appearance, t_ms, frame.size))
    return frame.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))


def _picture(case: Case, product_id: str | None) -> Image.Image | None:
    path = None if product_id is None else case.picture(product_id)
    if path is None:
        return None
    with Image.open(path) as opened:
        return opened.convert("RGB")


def _cell(
    frame: Image.Image, pictures: Sequence[tuple[str, Image.Image | None, str]], words: str, reason: str
) -> Image.Image:
    """One mistake: the frame, three captioned pictures, and lines of text below."""
    cell = Image.new("RGB", _CELL_PX, _CARD)
    pen = ImageDraw.Draw(cell)
    small, large = ImageFont.load_default(size=14), ImageFont.load_default(size=17)
    cell.paste(frame, (0, 0))
    for number, (caption, picture, colour) in enumerate(pictures):
        left = _FRAME_PX[0] + 8 + number * (_PICTURE_PX[0] + 8)
        if picture is not None:
            cell.paste(ImageOps.pad(picture, _PICTURE_PX, color="#ffffff"), (left, 0))
        pen.text((left, _FRAME_PX[1] + 4), _shortened(caption, small, _PICTURE_PX[0]), fill=colour, font=small)
    pen.text((10, _FRAME_PX[1] + 26), words, fill=_INK, font=large)
    told = textwrap.wrap(reason, _LINE_CHARACTERS, max_lines=2, placeholder=" ...")
    pen.multiline_text((10, _FRAME_PX[1] + 50), "\n".join(told), fill=_PALE, font=small, spacing=4)
    return cell


def _shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width_px: int) -> str:
    """The text, its middle left out as far as it does not fit."""
    half = len(text) // 2
    whole = text
    while font.getlength(text) > width_px and half > 4:
        half -= 1
        text = f"{whole[:half]}..{whole[-half:]}"
    return text


def _sheet(cells: Sequence[Image.Image], title: str) -> Image.Image:
    rows = max(-(-len(cells) // _COLUMNS), 1)
    width, height = _CELL_PX[0] + _GAP_PX, _CELL_PX[1] + _GAP_PX
    sheet = Image.new("RGB", (_COLUMNS * width + _GAP_PX, rows * height + _GAP_PX + 40), _GROUND)
    ImageDraw.Draw(sheet).text((_GAP_PX, 12), title, fill=_INK, font=ImageFont.load_default(size=20))
    for number, cell in enumerate(cells):
        row, column = divmod(number, _COLUMNS)
        sheet.paste(cell, (_GAP_PX + column * width, 40 + _GAP_PX + row * height))
    return sheet


def _clock(t_ms: float) -> str:
    return f"{t_ms / 1000:.1f} s"
