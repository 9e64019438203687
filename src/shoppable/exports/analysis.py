"""What an analysis found, as one JSON document: what `shoppable analyze --json` writes and scorers read."""

from collections.abc import Sequence

from pydantic import JsonValue

from shoppable.model.match import Tier
from shoppable.model.seen import Appearance
from shoppable.model.video import Chapter, Shot, Video


def analysis_document(
    video: Video, shots: Sequence[Shot], chapters: Sequence[Chapter], appearances: Sequence[Appearance]
) -> dict[str, JsonValue]:
    """Video, shots, chapters and appearances.

    An appearance names its first candidate; `shown` tells whether the default policy would put it on screen (tier
    `exact`), so that what was refused can be looked at too. One without any candidate is left out.
    """
    return {
        "video": video.name,
        "video_id": video.video_id,
        "duration_ms": video.info.duration_ms,
        "shots": [shot.model_dump(mode="json", exclude={"index"}) for shot in shots],
        "chapters": [{**chapter.model_dump(exclude={"index"}), "title": chapter.title} for chapter in chapters],
        "appearances": [_appearance(each) for each in appearances if each.candidates],
    }


def _appearance(appearance: Appearance) -> dict[str, JsonValue]:
    first = appearance.candidates[0]
    return {
        "appearance_id": appearance.appearance_id,
        "product_id": first.product_id,
        "item_group_id": first.item_group_id,
        "kind": str(appearance.kind),
        "start_ms": appearance.start_ms,
        "end_ms": appearance.end_ms,
        "boxes": [box.model_dump() for box in appearance.boxes],
        "score": round(appearance.score, 4),
        "tier": str(appearance.tier),
        "shown": appearance.tier is Tier.EXACT,
        "reason": appearance.reason,
        "impaired": {str(each): share for each, share in appearance.impaired.items()},
        "candidates": [candidate.model_dump() for candidate in appearance.candidates],
    }
