import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest

from shoppable.model.catalog import Availability, Money
from shoppable.model.cue import Cue, CueProduct, CueSheet
from shoppable.model.match import Tier
from shoppable.model.seen import BoxAt
from web.contract.generate import SCHEMA, TYPESCRIPT, contents, typescript


@pytest.mark.parametrize("path", [SCHEMA, TYPESCRIPT], ids=lambda path: path.name)
def test_generated_files_are_fresh(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == contents()[path], "run: python -m web.contract.generate"


def sheet() -> CueSheet:
    return CueSheet(
        video_id="v",
        version=1,
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
        catalog="spring",
        duration_ms=5000,
        width=1280,
        height=720,
        tiers=(Tier.EXACT,),
        products=(
            CueProduct(
                product_id="a",
                item_group_id="a",
                title="A",
                link="",
                image="../../../pictures/x.jpg",
                price=Money(minor=1, currency="EUR"),
                availability=Availability.IN_STOCK,
            ),
        ),
        cues=(
            Cue(
                cue_id="1",
                product_id="a",
                tier=Tier.EXACT,
                score=0.9,
                start_ms=0,
                end_ms=900,
                boxes=(BoxAt(x0=0, y0=0, x1=1, y1=1, t_ms=0),),
            ),
        ),
    )


def test_a_sheet_as_it_is_written_fits_the_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = sheet().model_dump(mode="json")
    jsonschema.validate(written, schema)
    for broken in ({"format": "shoppable.cue-sheet/2"}, {"version": 0}, {"tiers": ["none"]}, {"extra": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(written | broken, schema)
    del written["products"][0]["sale_price"]
    with pytest.raises(jsonschema.ValidationError, match="sale_price"):
        jsonschema.validate(written, schema)


def test_the_player_finds_the_types_it_names() -> None:
    written = TYPESCRIPT.read_text(encoding="utf-8")
    for name in ("CueSheet", "Cue", "CueProduct", "CueBox", "Money"):
        assert f"export interface {name} {{" in written


def test_a_shape_the_generator_does_not_know_is_refused() -> None:
    odd = {"title": "Odd", "type": "object", "$defs": {}, "required": ["x"], "properties": {"x": {"type": "tuple"}}}
    with pytest.raises(ValueError, match="tuple"):
        typescript(odd)
