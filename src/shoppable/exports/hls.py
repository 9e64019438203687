"""HLS playlists (RFC 8216bis) of renditions in fragmented MP4."""

from collections.abc import Sequence

from shoppable.exports.fragments import INIT
from shoppable.model.renditions import Rendition, Segment, SoundTrack

MASTER, PLAYLIST = "master.m3u8", "index.m3u8"
"""Names of playlists: of all renditions, and of each one."""

_SOUND = "sound"


def media_playlist(segments: Sequence[Segment], clock_hz: int) -> str:
    """The segments of one rendition, in order; `clock_hz` is that of their times."""
    lengths = [(segment.end - segment.start) / clock_hz for segment in segments]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, round(max(lengths, default=1)))}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{INIT}"',
    ]
    for segment, length in zip(segments, lengths, strict=True):
        lines += [f"#EXTINF:{length:.6f},", segment.name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(
    pictures: Sequence[Rendition], sound: Rendition | None, track: SoundTrack | None, frame_rate: float
) -> str:
    """What a player chooses from.

    Args:
        pictures: Largest first; they are listed so, and a player that does not measure begins with the first.
        sound: The sound that belongs to each of them.
        track: What the sound is like.
        frame_rate: Pictures a second.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    group = ""
    if sound and track:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_SOUND}",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="{track.channels}",URI="{sound.folder}/{PLAYLIST}"'
        )
        group = f',AUDIO="{_SOUND}"'
    for each in pictures:
        codecs = ",".join([each.codec, *([sound.codec] if sound else [])])
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={each.peak_bps + (sound.peak_bps if sound else 0)},"
            f"AVERAGE-BANDWIDTH={each.mean_bps + (sound.mean_bps if sound else 0)},"
            f'CODECS="{codecs}",RESOLUTION={each.width}x{each.height},FRAME-RATE={frame_rate:.3f}{group}',
            f"{each.folder}/{PLAYLIST}",
        ]
    return "\n".join([*lines, ""])


def measured(segments: Sequence[Segment], clock_hz: int) -> tuple[int, int]:
    """Bits a second of the densest segment, and of all; as the standard defines BANDWIDTH and AVERAGE-BANDWIDTH.

    A segment shorter than half the longest counts with the one before it, as the standard asks: it peaks for no time.
    """
    longest = max(segment.end - segment.start for segment in segments)
    stretches: list[tuple[int, int]] = []
    for segment in segments:
        bits, length = 8 * segment.size, segment.end - segment.start
        if stretches and 2 * length < longest:
            before_bits, before_length = stretches.pop()
            bits, length = bits + before_bits, length + before_length
        stretches.append((bits, length))
    peak = max(bits * clock_hz // length for bits, length in stretches)
    total = sum(bits for bits, _ in stretches) * clock_hz // sum(length for _, length in stretches)
    return max(1, peak), max(1, total)
