"""Product pictures come from strangers: opened with care, kept as plain JPEG."""

import hashlib
import io
import os
import re
import stat
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from shoppable.errors import InvalidInput
from shoppable.model.arrays import Image

MAX_FILE_BYTES = 40_000_000
LONG_SIDE_PX = 1024
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
OPEN_REMEDY = "send a JPEG, PNG, WebP, GIF or AVIF picture"

_MIN_SIDE_PX = 16
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_ALLOWED_FORMATS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|....ftyp", re.S)
_OTHER_FORMATS = (
    (re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.I), "a web page"),
    (re.compile(rb"\s*<.*<svg|\s*<svg", re.I | re.S), "an SVG drawing"),
    (re.compile(rb"\s*<"), "an XML or HTML file"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"....ftyp(heic|heix|mif1|msf1)", re.S), "a HEIC picture"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "a TIFF picture"),
    (re.compile(rb"BM"), "a BMP picture"),
    (re.compile(rb"8BPS"), "a Photoshop file"),
    (re.compile(rb"\x00\x00\x01\x00"), "an icon file"),
    (re.compile(rb"PK\x03\x04"), "a zip archive"),
)


def read_picture(path: Path) -> bytes:
    """The bytes of a picture file that `locate` found.

    Raises:
        InvalidInput: It is larger than 40 MB, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise InvalidInput("the picture is no plain file")
            if found.st_size > MAX_FILE_BYTES:
                raise InvalidInput(f"the file has {found.st_size / 1e6:.0f} MB, {MAX_FILE_BYTES / 1e6:.0f} are allowed")
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise InvalidInput(f"the file cannot be read: {error.strerror}") from error


def open_picture(source: Path | bytes, max_px: int, *, long_side_px: int = LONG_SIDE_PX) -> Image:
    """Decodes an untrusted picture: the first frame, upright, on white where it is transparent, without metadata.

    Args:
        source: A file, or its bytes.
        max_px: Most pixels it may have; judged by its header, before anything is decoded.
        long_side_px: Larger pictures are made smaller, to this long side.

    Returns:
        (height, width, 3) uint8 RGB.

    Raises:
        InvalidInput: It is too large, too small, damaged, cut short, or none of JPEG, PNG, WebP, GIF and AVIF.
    """
    data = read_picture(source) if isinstance(source, Path) else source
    if len(data) > MAX_FILE_BYTES:
        raise InvalidInput(f"the file has {len(data) / 1e6:.0f} MB, {MAX_FILE_BYTES / 1e6:.0f} are allowed")
    try:
        with Pillow.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture.size, max_px)
            return _decoded(picture, long_side_px)
    except InvalidInput:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise InvalidInput(f"the picture has more than the {max_px / 1e6:.0f} megapixels allowed") from error
    except UnidentifiedImageError as error:
        raise InvalidInput(f"the file is {_told(data)}, not a picture that can be opened") from error
    except Exception as error:  # whatever a decoder trips over in hostile bytes, the picture is what is wrong
        raise InvalidInput("the picture is damaged or cut short") from error


def picture_id_of(data: bytes) -> str:
    """SHA-256 of the file as the shop sent it."""
    return hashlib.sha256(data).hexdigest()


def why_no_picture(first: bytes) -> str | None:
    """Why a file that begins so is no picture that may be opened; None when it may be one."""
    return None if _ALLOWED_FORMATS.match(first) else f"the file is {_told(first)}, not a picture that can be opened"


def encode_picture(image: Image) -> bytes:
    """The picture as it is kept: JPEG of quality 90; equal pictures give equal bytes."""
    out = io.BytesIO()
    Pillow.fromarray(image).save(out, "JPEG", quality=90)
    return out.getvalue()


def _check_size(size: tuple[int, int], max_px: int) -> None:
    width, height = size
    if width * height > max_px:
        megapixels = f"{width * height / 1e6:.0f} megapixels ({width}x{height}), {max_px / 1e6:.0f} are allowed"
        raise InvalidInput(f"the picture has {megapixels}")
    if min(size) < _MIN_SIDE_PX:
        raise InvalidInput(f"the picture is {width}x{height} px: too small to know a product by")


def _decoded(picture: Pillow.Image, long_side_px: int) -> Image:
    picture.draft("RGB", (long_side_px, long_side_px))
    picture.load()
    turn = _TURNS.get(_orientation(picture))
    plain = _in_eight_bits(picture)
    plain.thumbnail((long_side_px, long_side_px), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    if plain.mode == "RGBA":
        ground = Pillow.new("RGB", plain.size, "white")
        ground.paste(plain, mask=plain.getchannel("A"))
        plain = ground
    if turn is not None:
        plain = plain.transpose(turn)
    return np.array(plain, np.uint8)


def _in_eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """RGB, or RGBA where something shows through."""
    if picture.mode.startswith("I"):
        levels = np.asarray(picture).astype(np.int64)
        return Pillow.fromarray((np.clip(levels, 0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _orientation(picture: Pillow.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # noqa: BLE001 - a broken note on orientation is no reason to refuse a sound picture
        return 1


def _told(data: bytes) -> str:
    if not data:
        return "empty"
    return next((what for pattern, what in _OTHER_FORMATS if pattern.match(data[:2000])), "of another format")
