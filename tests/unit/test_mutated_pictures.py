"""Pictures with bytes changed, cut out, doubled and cut off: opened or refused, never anything else, and soon."""

import io
import random
import time

import pytest
from PIL import Image as Pillow

from shoppable.errors import InvalidInput
from shoppable.steps.pictures import FORMATS, encode_picture, open_picture, why_no_picture

COUNT = 1000
WORDS = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", bytes(4)]
LIMIT_S = 5.0


def _seeds() -> dict[str, bytes]:
    noise = Pillow.effect_noise((48, 64), 90).convert("RGB")
    exif = Pillow.Exif()
    exif[0x0112] = 6
    made = {}
    for name in FORMATS:
        out = io.BytesIO()
        noise.save(out, name, **({"exif": exif} if name in ("JPEG", "PNG", "WEBP", "AVIF") else {}))
        made[name] = out.getvalue()
    frames = [noise, noise.rotate(90), noise.rotate(180)]
    for name in ("GIF", "WEBP", "PNG"):
        out = io.BytesIO()
        frames[0].save(out, name, save_all=True, append_images=frames[1:])
        made[f"{name} that moves"] = out.getvalue()
    return made


SEEDS = _seeds()


def _mutated(number: int) -> bytes:
    """One of the seeds, hurt in a few ways that its number decides."""
    draw = random.Random(number)
    data = bytearray(SEEDS[sorted(SEEDS)[number % len(SEEDS)]])
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(data)) if draw.random() < 0.5 else draw.randrange(min(len(data), 64))
        match draw.randrange(6):
            case 0:
                data[place] ^= 1 << draw.randrange(8)
            case 1:
                data[place : place + 4] = draw.choice(
                    [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\x80\0\0\0"]
                )
            case 2:
                del data[place : place + draw.randint(1, 40)]
            case 3:
                data[place:place] = data[place : place + draw.randint(1, 400)]
            case 4:
                data[place:place] = draw.randbytes(draw.randint(1, 40))
            case _:
                del data[max(place, 8) :]
        data = data or bytearray(b"\0")
    return bytes(data)


@pytest.mark.parametrize("start", range(0, COUNT, 100))
def test_a_hurt_picture_is_opened_or_refused_and_nothing_else(start: int) -> None:
    opened = refused = 0
    for number in range(start, start + 100):
        data = _mutated(number)
        began = time.process_time()
        try:
            image = open_picture(data, 50_000_000)
        except InvalidInput as error:
            refused += len(str(error).splitlines()) == 1
        else:
            assert why_no_picture(data[:512]) is None
            assert encode_picture(image).startswith(b"\xff\xd8\xff")
            opened += 1
        assert time.process_time() - began < LIMIT_S
    assert opened + refused == 100
    assert min(opened, refused) >= 5


def test_every_picture_that_is_not_hurt_is_opened() -> None:
    for data in SEEDS.values():
        assert why_no_picture(data[:512]) is None
        open_picture(data, 50_000_000)
