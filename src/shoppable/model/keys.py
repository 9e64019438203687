"""Where things lie: record keys and blob keys. The tenant stands first in every one of them.

A record key is a partition (read together) and a sort key inside it (read by prefix), so that it fits DynamoDB as it
fits SQL. Names that people choose are checked where they enter; ids here are already safe.
"""

from typing import NamedTuple


class Key(NamedTuple):
    """Address of one record."""

    partition: str
    sort: str


def catalog_key(tenant: str, catalog: str) -> Key:
    return Key(f"T#{tenant}#CATALOGS", catalog)


def product_key(tenant: str, catalog: str, product_id: str) -> Key:
    return Key(f"T#{tenant}#C#{catalog}#PRODUCTS", product_id)


def decision_key(tenant: str, catalog: str, video_id: str, run_id: str, appearance_id: str) -> Key:
    """One decision an appearance: deciding again replaces it."""
    return Key(decisions_of(tenant, catalog), f"{video_id}#{run_id}#{appearance_id}")


def decisions_of(tenant: str, catalog: str) -> str:
    """The partition of all that people decided about matches with a catalog."""
    return f"T#{tenant}#C#{catalog}#DECISIONS"


def linked_picture_key(tenant: str, digest: str) -> Key:
    """What is known of a picture by URL; `digest` is the SHA-256 of its link."""
    return Key(f"T#{tenant}#LINKED_PICTURES", digest)


def linked_feed_key(tenant: str, catalog: str, digest: str) -> Key:
    """Which version of a feed by URL a catalog is in step with; `digest` is the SHA-256 of its link."""
    return Key(f"T#{tenant}#C#{catalog}#LINKED_FEEDS", digest)


def video_key(tenant: str, video_id: str) -> Key:
    return Key(f"T#{tenant}#VIDEOS", video_id)


def shots_prefix(run_id: str) -> str:
    """Sort prefix of all shots a run found in a video."""
    return f"RUN#{run_id}#SHOT#"


def chapters_prefix(run_id: str) -> str:
    """Sort prefix of all chapters a run found in a video."""
    return f"RUN#{run_id}#CHAPTER#"


def appearances_prefix(run_id: str) -> str:
    """Sort prefix of all appearances a run found in a video."""
    return f"RUN#{run_id}#APP#"


def video_parts(tenant: str, video_id: str) -> str:
    """The partition of all that was found in a video."""
    return f"T#{tenant}#V#{video_id}"


def shot_key(tenant: str, video_id: str, run_id: str, index: int) -> Key:
    return Key(video_parts(tenant, video_id), f"{shots_prefix(run_id)}{index:06}")


def chapter_key(tenant: str, video_id: str, run_id: str, index: int) -> Key:
    return Key(video_parts(tenant, video_id), f"{chapters_prefix(run_id)}{index:06}")


def appearance_key(tenant: str, video_id: str, run_id: str, start_ms: int, appearance_id: str) -> Key:
    return Key(video_parts(tenant, video_id), f"{appearances_prefix(run_id)}{start_ms:010}#{appearance_id}")


def publication_key(tenant: str, video_id: str) -> Key:
    return Key(video_parts(tenant, video_id), "PUBLICATION")


def past_publication_key(tenant: str, video_id: str, version: int) -> Key:
    """Where a publication is kept once another took its place."""
    return Key(video_parts(tenant, video_id), f"PUBLICATION#{version:06}")


def renditions_key(tenant: str, video_id: str) -> Key:
    return Key(video_parts(tenant, video_id), "RENDITIONS")


def stills_key(tenant: str, video_id: str) -> Key:
    return Key(video_parts(tenant, video_id), "STILLS")


def run_key(tenant: str, run_id: str) -> Key:
    return Key(f"T#{tenant}#RUNS", run_id)


def work_prefix(tenant: str, run_id: str) -> str:
    """Blobs a run needs only while it lasts, and for looking back."""
    return f"t/{tenant}/work/{run_id}"


def picture_blob(tenant: str, picture_id: str) -> str:
    return f"t/{tenant}/pictures/{picture_id}.jpg"


def video_blob(tenant: str, video_id: str, suffix: str) -> str:
    return f"t/{tenant}/videos/{video_id}/source{suffix}"


def rendition_blob(tenant: str, video_id: str, renditions_id: str, path: str) -> str:
    """A file of a video's renditions: `path` is `master.m3u8`, or a rendition's folder and a name in it."""
    return f"t/{tenant}/videos/{video_id}/renditions/{renditions_id}/{path}"


def still_blob(tenant: str, video_id: str, name: str) -> str:
    """A picture that stands for a video, or the text that says where small ones lie; `name` tells their contents."""
    return f"t/{tenant}/videos/{video_id}/stills/{name}"


def crop_blob(tenant: str, video_id: str, run_id: str, name: str) -> str:
    return f"t/{tenant}/videos/{video_id}/{run_id}/crops/{name}.jpg"


def stats_blob(tenant: str, catalog: str, revision: int) -> str:
    return f"t/{tenant}/catalogs/{catalog}/stats-{revision:08}.npz"


def look_blob(tenant: str, space: str, picture_id: str, kind: str) -> str:
    """What a pack saw in a picture, looking for a product of this kind: the same for all catalogs of a tenant."""
    return f"t/{tenant}/looks/{space}/{picture_id[:2]}/{picture_id}-{kind}.npz"


def print_blob(tenant: str, space: str, picture_id: str) -> str:
    """Local features of what a pack took for the product in a picture."""
    return f"t/{tenant}/prints/{space}/{picture_id[:2]}/{picture_id}.npz"


def metric_blob(tenant: str, catalog: str, metric: int) -> str:
    return f"t/{tenant}/catalogs/{catalog}/metric-{metric:06}.npz"


def report_blob(tenant: str, catalog: str, run_id: str, ending: str = "csv") -> str:
    return f"t/{tenant}/catalogs/{catalog}/reports/{run_id}.{ending}"


def sheet_blob(tenant: str, video_id: str, version: int, digest: str) -> str:
    """`digest` is that of the sheet's bytes: two who publish at once cannot write over each other."""
    return f"t/{tenant}/videos/{video_id}/sheets/v{version:06}-{digest[:16]}.json"
