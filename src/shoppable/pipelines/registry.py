"""All pipelines there are, as engines and graphs take them."""

from shoppable.pipelines.catalog import INDEX_CATALOG
from shoppable.pipelines.publish import PUBLISH
from shoppable.pipelines.video import ANALYZE_VIDEO

PIPELINES = (INDEX_CATALOG, ANALYZE_VIDEO, PUBLISH)
