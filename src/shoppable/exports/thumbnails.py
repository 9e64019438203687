"""WebVTT that tells a scrub bar which small picture shows a moment (`#xywh`, W3C Media Fragments)."""

from collections.abc import Sequence


def thumbnails_vtt(
    times_ms: Sequence[int], duration_ms: int, sheets: Sequence[str], *, columns: int, rows: int, size: tuple[int, int]
) -> str:
    """Cues for tiles that lie in sheets row by row.

    Args:
        times_ms: When each tile was on screen, ascending.
        duration_ms: Of the video.
        sheets: File names of the sheets.
        columns: Tiles in a row.
        rows: Rows in a sheet.
        size: Width and height of a tile in px.
    """
    cues = ["WEBVTT"]
    width, height = size
    starts = [0, *times_ms[1:]]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], duration_ms], strict=True)):
        sheet, place = divmod(number, columns * rows)
        row, column = divmod(place, columns)
        where = f"{sheets[sheet]}#xywh={column * width},{row * height},{width},{height}"
        cues.append(f"{_stamp(start)} --> {_stamp(max(end, start + 1))}\n{where}")
    return "\n\n".join(cues) + "\n"


def _stamp(t_ms: int) -> str:
    """
    >>> _stamp(3_723_004)
    '01:02:03.004'
    """
    seconds, ms = divmod(t_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{ms:03}"
