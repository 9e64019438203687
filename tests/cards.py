"""Draws what shops send instead of a product: size charts, text cards, logos, placeholders, codes, plain colours."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter, ImageFont

from shoppable.model.arrays import Image

Rng = np.random.Generator
Pen = ImageDraw.ImageDraw
Ink = tuple[int, int, int]

SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL")
MEASURES = ("Chest", "Waist", "Hip", "Length", "Inseam", "Sleeve", "Shoulder", "Neck")
NAMES = ("NORDSUND", "Havre & Sons", "OUTPOST", "Rosalie", "vela", "TRE COLLI", "Kingsbridge", "ACME CO.", "Lumen")
SOON = ("Image coming soon", "NO IMAGE AVAILABLE", "Photo not available", "No picture yet", "Bild folgt in Kürze")
WIDTHS = (1, 1, 1, 2, 2, 3, 4)
LINES = (
    "Machine wash cold with like",
    "colours. Do not bleach, do not",
    "tumble dry. Free returns within",
    "30 days of delivery. Made of",
    "organic cotton and recycled",
    "polyester. Our sizes run small:",
    "please choose one size larger",
)


def draw(kind: str, seed: int) -> Image:
    """A picture of one of `KINDS`; another seed is another size, face, palette, layout and quality."""
    rng = np.random.default_rng([*kind.encode(), seed])
    width, height = int(rng.integers(360, 1100)), int(rng.integers(360, 1100))
    ground, ink = _palette(rng)
    picture = Pillow.new("RGB", (width, height), ground)
    KINDS[kind](picture, ImageDraw.Draw(picture), rng, ink)
    return _as_sent(picture, rng)


def _size_chart(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """Sizes down, measures across: ruled, banded or bare, with or without a title and a bar of headings."""
    columns, rows = int(rng.integers(3, 7)), int(rng.integers(4, 9))
    margin = int(picture.width * rng.uniform(0.03, 0.12))
    top = int(picture.height * rng.uniform(0.12, 0.3))
    wide, tall = (picture.width - 2 * margin) / columns, (picture.height * 0.92 - top) / rows
    tall = min(tall, picture.height / 9)
    font = _font(min(tall * 0.5, wide * 0.2))
    pen.text((picture.width / 2, top / 2), "SIZE CHART (cm)", fill=ink, font=_font(top * 0.3), anchor="mm")
    band, bar = _between(picture, ink, 0.07), _mixed(rng)
    banded, ruled, headed = rng.random(3) < (0.4, 0.6, 0.5)
    for row in range(rows):
        y = top + row * tall
        if headed and row == 0:
            pen.rectangle((margin, y, picture.width - margin, y + tall), fill=bar)
        elif banded and row % 2:
            pen.rectangle((margin, y, picture.width - margin, y + tall), fill=band)
        for column in range(columns):
            words = _cell(rng, row, column)
            colour = _on(bar) if headed and row == 0 else ink
            pen.text((margin + (column + 0.5) * wide, y + tall / 2), words, fill=colour, font=font, anchor="mm")
    if ruled:
        line, thick = _between(picture, ink, 0.4), int(rng.integers(1, 4))
        for row in range(rows + 1):
            pen.line((margin, top + row * tall, picture.width - margin, top + row * tall), line, thick)
        for column in range(columns + 1):
            x = margin + column * wide
            pen.line((x, top, x, top + rows * tall), line, thick)


def _text_card(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """A heading and lines of words, such as how to wash or return it."""
    size = picture.width * rng.uniform(0.03, 0.05)
    x, y = picture.width * 0.08, picture.height * 0.1
    pen.text((x, y), str(rng.choice(["CARE", "Returns", "About us", "How to wash"])), fill=ink, font=_font(size * 2))
    y += size * 3.2
    for _ in range(int(rng.integers(4, 10))):
        pen.text((x, y), str(rng.choice(LINES)), fill=ink, font=_font(size))
        y += size * rng.uniform(1.4, 1.8)


def _wordmark(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """A name in large letters, at times with a smaller line below."""
    name = str(rng.choice(NAMES))
    size = picture.width * rng.uniform(0.5, 0.8) / max(len(name), 5) * 1.6
    middle = picture.width / 2, picture.height / 2
    pen.text(middle, name, fill=ink, font=_font(size), anchor="mm", stroke_width=int(rng.integers(0, 3)))
    if rng.random() < 0.5:
        pen.text((middle[0], middle[1] + size), "since 1974", fill=ink, font=_font(size * 0.3), anchor="mm")


def _emblem(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """A mark with a letter in it, and the name below or beside it."""
    name, colour = str(rng.choice(NAMES)), _mixed(rng)
    radius = min(picture.size) * rng.uniform(0.1, 0.18)
    x, y = picture.width / 2, picture.height * 0.4
    shape = (pen.ellipse, pen.rectangle)[int(rng.integers(2))]
    shape((x - radius, y - radius, x + radius, y + radius), fill=colour)
    pen.text((x, y), name[0], fill=_on(colour), font=_font(radius * 1.3), anchor="mm")
    size = picture.width * 0.6 / len(name) * 1.5
    pen.text((x, y + radius + size), name, fill=ink, font=_font(size), anchor="mm")


def _placeholder(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """Grey on grey: the outline of a camera or of a picture frame, and that there is no picture yet."""
    ground = int(rng.integers(205, 256))
    pen.rectangle((0, 0, *picture.size), fill=(ground, ground, ground))
    level = ground - int(rng.integers(45, 150))
    grey = (level, level, level)
    x, y, side = picture.width / 2, picture.height * 0.42, min(picture.size) * rng.uniform(0.1, 0.2)
    thick = max(2, int(side * 0.09))
    icon = int(rng.integers(3))
    if icon == 0:  # a frame with hills and a sun
        pen.rectangle((x - side, y - side * 0.75, x + side, y + side * 0.75), outline=grey, width=thick)
        hills = [(-0.8, 0.55), (-0.3, -0.1), (0.05, 0.3), (0.4, 0), (0.8, 0.55)]
        pen.polygon([(x + a * side, y + b * side) for a, b in hills], fill=grey)
        pen.ellipse((x + side * 0.3, y - side * 0.5, x + side * 0.6, y - side * 0.2), fill=grey)
    elif icon == 1:  # a camera
        pen.rounded_rectangle((x - side, y - side * 0.6, x + side, y + side * 0.7), side * 0.15, fill=grey)
        pen.rectangle((x - side * 0.4, y - side * 0.85, x + side * 0.4, y - side * 0.5), fill=grey)
        pen.ellipse((x - side * 0.4, y - side * 0.35, x + side * 0.4, y + side * 0.45), fill=(ground,) * 3)
    size = min(picture.width * rng.uniform(0.05, 0.08), 60)
    words = str(rng.choice(SOON))
    pen.text((x, y + side + 1.5 * size), words, fill=grey, font=_font(size), anchor="mm")


def _barcode(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """Bars of four widths with their number below."""
    pen.rectangle((0, 0, *picture.size), fill="white")
    unit = picture.width * rng.uniform(0.6, 0.85) / 115
    x, top, bottom = picture.width * 0.12, picture.height * 0.25, picture.height * rng.uniform(0.5, 0.75)
    while x < picture.width * 0.85:
        width = int(rng.choice(WIDTHS)) * unit
        pen.rectangle((x, top, x + width, bottom), fill="black")
        x += width + int(rng.choice(WIDTHS)) * unit
    digits = " ".join(str(digit) for digit in rng.integers(0, 10, 13))
    middle = (picture.width / 2, bottom + picture.height * 0.05)
    pen.text(middle, digits, fill="black", font=_font(picture.width * 0.04), anchor="mm")


def _qr_code(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """A matrix of black squares with three marks in its corners; it looks like a QR code but says nothing."""
    pen.rectangle((0, 0, *picture.size), fill="white")
    cells = int(rng.choice([21, 25, 29, 33]))
    unit = max(3, int(min(picture.size) * rng.uniform(0.5, 0.85) / cells))
    dark = rng.random((cells, cells)) < 0.5
    for row, column in ((0, 0), (0, cells - 8), (cells - 8, 0)):
        dark[row : row + 8, column : column + 8] = False
    for row, column in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        dark[row : row + 7, column : column + 7] = True
        dark[row + 1 : row + 6, column + 1 : column + 6] = False
        dark[row + 2 : row + 5, column + 2 : column + 5] = True
    code = Pillow.fromarray(np.where(dark, 0, 255).astype(np.uint8)).resize(
        (cells * unit,) * 2, Pillow.Resampling.NEAREST
    )
    picture.paste(code, ((picture.width - code.width) // 2, (picture.height - code.height) // 2))


def _one_colour(picture: Pillow.Image, pen: Pen, rng: Rng, ink: Ink) -> None:
    """Nothing but a colour, at times within a hair of another at the rim."""
    colour = tuple(int(level) for level in rng.integers(0, 256, 3))
    pen.rectangle((0, 0, *picture.size), fill=[(255, 255, 255), (0, 0, 0), colour][int(rng.integers(3))])


KINDS: dict[str, Callable[[Pillow.Image, Pen, Rng, Ink], None]] = {
    "size chart": _size_chart,
    "text card": _text_card,
    "wordmark": _wordmark,
    "emblem": _emblem,
    "placeholder": _placeholder,
    "barcode": _barcode,
    "QR code": _qr_code,
    "one colour": _one_colour,
}


def _as_sent(picture: Pillow.Image, rng: Rng) -> Image:
    """A third as drawn, a third with the marks of JPEG, a third scaled, grainy and JPEG."""
    quality = int(rng.integers(3))
    if quality == 2:
        factor = rng.uniform(0.7, 1.3)
        picture = picture.resize((round(picture.width * factor), round(picture.height * factor)))
        picture = picture.filter(ImageFilter.GaussianBlur(0.6))
        grain = rng.normal(0, rng.uniform(0.5, 3), (picture.height, picture.width, 1))
        picture = Pillow.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))
    if quality:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=int(rng.integers(70, 95)))
        picture = Pillow.open(file)
    return np.array(picture, np.uint8)


def _cell(rng: Rng, row: int, column: int) -> str:
    if row == 0:
        return "Size" if column == 0 else MEASURES[column - 1]
    if column == 0:
        return SIZES[(row - 1) % len(SIZES)]
    low = int(rng.integers(30, 120))
    return f"{low}-{low + 4}" if rng.random() < 0.5 else str(low)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=max(9, round(size)))


def _palette(rng: Rng) -> tuple[Ink, Ink]:
    """A ground and an ink that can be read on it: mostly dark on white, at times coloured or light on dark."""
    dark = (20, 20, 20) if rng.random() < 0.5 else _mixed(rng)
    light = (255, 255, 255)
    if rng.random() < 0.3:
        red, green, blue = (int(level) for level in rng.integers(215, 256, 3))
        light = (red, green, blue)
    return (dark, light) if rng.random() < 0.2 else (light, dark)


def _mixed(rng: Rng) -> Ink:
    """A strong or dark colour."""
    red, green, blue = (int(level) for level in rng.integers(0, 150, 3))
    return red, green, blue


def _on(colour: Ink) -> Ink:
    return (255, 255, 255) if sum(colour) < 380 else (0, 0, 0)


def _between(picture: Pillow.Image, ink: Ink, share: float) -> Ink:
    """The picture's ground with a share of the ink in it."""
    ground = picture.getpixel((0, 0))
    assert isinstance(ground, tuple)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(ground, ink, strict=True))
    return red, green, blue
