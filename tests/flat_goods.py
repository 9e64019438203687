"""Draws goods without a shade, as vector art has them: what is nearest to a chart or a logo and yet a product."""

from collections.abc import Callable

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from shoppable.model.arrays import Image

Pen = ImageDraw.ImageDraw
SIDE = 600
DARK, STEEL, RED, BLUE = (25, 25, 28), (120, 125, 130), (190, 30, 40), (40, 70, 150)


def flat_goods() -> dict[str, Image]:
    """A picture of 600 x 600 px of each, on white."""
    return {draw.__name__.strip("_"): _on_white(draw) for draw in _ALL}


def _on_white(draw: Callable[[Pen], None]) -> Image:
    picture = Pillow.new("RGB", (2 * SIDE, 2 * SIDE), "white")
    draw(ImageDraw.Draw(picture))
    return np.asarray(picture.resize((SIDE, SIDE), Pillow.Resampling.LANCZOS), np.uint8)


def _shirt(pen: Pen, colour: tuple[int, int, int] = BLUE) -> None:
    corners = [(360, 150), (840, 150), (1060, 330), (950, 460), (840, 370), (840, 1050), (360, 1050), (360, 370)]
    pen.polygon([*corners, (250, 460), (140, 330)], fill=colour)


def _shirt_with_words(pen: Pen) -> None:
    _shirt(pen)
    for row, words in enumerate(("EAT", "SLEEP", "REPEAT")):
        pen.text((600, 500 + row * 110), words, fill="white", font=ImageFont.load_default(90), anchor="mm")


def _black_shirt(pen: Pen) -> None:
    _shirt(pen, DARK)


def _white_shirt(pen: Pen) -> None:
    _shirt(pen, (244, 244, 244))


def _necklace(pen: Pen) -> None:
    for turn in np.linspace(0.1, np.pi - 0.1, 31):
        x, y = 600 + 380 * np.cos(turn), 250 + 600 * np.sin(turn)
        pen.ellipse((x - 22, y - 22, x + 22, y + 22), fill=RED)


def _beads(pen: Pen) -> None:
    for number in range(12):
        pen.ellipse((60 + 90 * number, 560, 140 + 90 * number, 640), fill=BLUE)


def _screws(pen: Pen) -> None:
    for number in range(24):
        x, y = 120 + 170 * (number % 6), 200 + 220 * (number // 6)
        pen.rectangle((x, y, x + 70, y + 30), fill=STEEL)
        pen.polygon([(x + 20, y + 30), (x + 50, y + 30), (x + 35, y + 170)], fill=STEEL)


def _cutlery(pen: Pen) -> None:
    for number in range(6):
        x = 140 + 180 * number
        pen.rectangle((x + 22, 400, x + 38, 1080), fill=STEEL)
        if number % 3 == 0:
            pen.ellipse((x - 10, 120, x + 70, 420), fill=STEEL)
        elif number % 3 == 1:
            for tine in range(4):
                pen.rectangle((x + 20 * tine - 6, 120, x + 20 * tine + 4, 330), fill=STEEL)
            pen.rectangle((x - 6, 320, x + 64, 410), fill=STEEL)
        else:
            pen.rectangle((x + 10, 120, x + 60, 420), fill=STEEL)


def _pencils(pen: Pen) -> None:
    for number in range(12):
        x, colour = 80 + 88 * number, tuple(int(level) for level in np.random.default_rng(number).integers(0, 220, 3))
        pen.rectangle((x, 300, x + 50, 1100), fill=colour)
        pen.polygon([(x, 300), (x + 50, 300), (x + 25, 180)], fill=(230, 200, 160))


def _glasses(pen: Pen) -> None:
    for left in (150, 650):
        pen.ellipse((left, 450, left + 400, 800), outline=DARK, width=18)
    pen.arc((540, 560, 660, 680), 180, 360, fill=DARK, width=16)


def _watch(pen: Pen) -> None:
    pen.rectangle((470, 40, 730, 1160), fill=DARK)
    pen.ellipse((300, 300, 900, 900), fill="white", outline=STEEL, width=40)
    for hour in range(12):
        x, y = 600 + 220 * np.sin(hour * np.pi / 6), 600 - 220 * np.cos(hour * np.pi / 6)
        pen.text((x, y), str(hour or 12), fill=DARK, font=ImageFont.load_default(50), anchor="mm")
    pen.line((600, 600, 700, 520), fill=DARK, width=14)
    pen.line((600, 600, 590, 420), fill=DARK, width=10)


def _television(pen: Pen) -> None:
    pen.rectangle((80, 250, 1120, 850), fill=DARK)
    pen.rectangle((500, 850, 700, 950), fill=STEEL)
    pen.text((600, 835), "NORDSUND", fill="white", font=ImageFont.load_default(22), anchor="mm")


def _keyboard(pen: Pen) -> None:
    pen.rectangle((60, 350, 1140, 800), fill=STEEL)
    for row, keys in enumerate(("1234567890", "QWERTYUIOP", "ASDFGHJKLZ", "XCVBNM,.-/")):
        for column, key in enumerate(keys):
            x, y = 80 + 106 * column, 370 + 106 * row
            pen.rectangle((x, y, x + 90, y + 90), fill=DARK)
            pen.text((x + 45, y + 45), key, fill="white", font=ImageFont.load_default(44), anchor="mm")


def _mug(pen: Pen) -> None:
    pen.rounded_rectangle((300, 300, 800, 950), 60, fill=RED)
    pen.arc((700, 420, 1000, 820), 270, 90, fill=RED, width=60)
    pen.text((550, 620), "COFFEE", fill="white", font=ImageFont.load_default(110), anchor="mm")


def _carton(pen: Pen) -> None:
    pen.rectangle((330, 200, 870, 1100), fill=(235, 240, 245), outline=STEEL, width=4)
    pen.rectangle((330, 200, 870, 420), fill=BLUE)
    pen.text((600, 310), "HAVRE", fill="white", font=ImageFont.load_default(130), anchor="mm")
    for row in range(8):
        words = "oat drink with a pinch of sea salt"
        pen.text((600, 560 + row * 50), words, fill=DARK, font=ImageFont.load_default(30), anchor="mm")


def _poster(pen: Pen) -> None:
    pen.rectangle((250, 100, 950, 1100), fill=RED, outline=DARK, width=24)
    for row, words in enumerate(("KEEP", "CALM", "AND", "SHOP")):
        pen.text((600, 330 + row * 180), words, fill="white", font=ImageFont.load_default(150), anchor="mm")


def _book(pen: Pen) -> None:
    pen.rectangle((300, 120, 900, 1080), fill=(240, 200, 60))
    pen.text((600, 350), "The Art of\nSewing", fill=DARK, font=ImageFont.load_default(90), anchor="mm")
    pen.text((600, 980), "R. Kingsbridge", fill=DARK, font=ImageFont.load_default(44), anchor="mm")


def _ruler(pen: Pen) -> None:
    pen.rectangle((60, 520, 1140, 680), fill=(250, 220, 120))
    for mark in range(101):
        pen.line((90 + 10.2 * mark, 520, 90 + 10.2 * mark, 600 if mark % 10 == 0 else 555), fill=DARK, width=3)
    for mark in range(11):
        pen.text((90 + 102 * mark, 640), str(mark), fill=DARK, font=ImageFont.load_default(36), anchor="mm")


def _striped_scarf(pen: Pen) -> None:
    for stripe in range(24):
        pen.rectangle((300, 80 + 44 * stripe, 900, 102 + 44 * stripe), fill=DARK)


def _chess_board(pen: Pen) -> None:
    for cell in range(64):
        x, y = 120 + 120 * (cell % 8), 120 + 120 * (cell // 8)
        if (cell + cell // 8) % 2:
            pen.rectangle((x, y, x + 119, y + 119), fill=DARK)


def _earrings(pen: Pen) -> None:
    for x in (400, 800):
        pen.ellipse((x - 20, 380, x + 20, 420), fill=STEEL)
        pen.ellipse((x - 110, 430, x + 110, 650), outline=STEEL, width=16)


_ALL = (
    _shirt,
    _shirt_with_words,
    _black_shirt,
    _white_shirt,
    _necklace,
    _beads,
    _screws,
    _cutlery,
    _pencils,
    _glasses,
    _watch,
    _television,
    _keyboard,
    _mug,
    _carton,
    _poster,
    _book,
    _ruler,
    _striped_scarf,
    _chess_board,
    _earrings,
)
