"""What ANALYZE_VIDEO does before anything is looked for, as a pipeline of its own: for timing, `shoppable bench`."""

from shoppable.pipelines.spec import Pipeline
from shoppable.pipelines.video import ANALYZE_VIDEO

_STEPS = ("video", "chunks", "seen", "stills", "shots")

OVERTURE = Pipeline(
    name="overture",
    takes=("upload", "sampling", "ladder"),
    steps=tuple(step for step in ANALYZE_VIDEO.steps if step.name in _STEPS),
)
