"""Writes the cue sheet's JSON Schema and TypeScript from `shoppable.model.cue`, which says what a cue sheet is.

Run it after changing the model: `python -m web.contract.generate`. A test fails while the files are stale.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoppable.model.cue import CueSheet

SCHEMA = Path(__file__).with_name("cue-sheet.schema.json")
TYPESCRIPT = Path(__file__).with_name("cue-sheet.ts")
HEADER = "// Generated from src/shoppable/model/cue.py: edit that, then run `python -m web.contract.generate`.\n"

# What a type is called outside, where it is not what the model calls it.
RENAMED = {"BoxAt": "CueBox"}


def schema() -> dict[str, Any]:
    """The JSON Schema of a published cue sheet, in which every field is written out."""
    text = json.dumps(CueSheet.model_json_schema(mode="serialization"))
    for inside, outside in RENAMED.items():
        text = text.replace(f'/{inside}"', f'/{outside}"').replace(f'"{inside}"', f'"{outside}"')
    sheet: dict[str, Any] = json.loads(text)
    for shape in (*sheet["$defs"].values(), sheet):
        fields = shape.get("properties", {})
        for field in fields.values():
            field.pop("title", None)
            field.pop("default", None)
        if fields:
            shape["required"] = list(fields)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:shoppable:cue-sheet:1"} | sheet


def typescript(schema: Mapping[str, Any]) -> str:
    """The same as TypeScript declarations, one for each named shape of the schema."""
    shapes = {**schema["$defs"], schema["title"]: schema}
    return HEADER + "".join(_declaration(name, shape) for name, shape in shapes.items())


def _declaration(name: str, shape: Mapping[str, Any]) -> str:
    head = f"\n{_comment(shape, '')}export"
    if shape["type"] != "object":
        return f"{head} type {name} = {_type(shape)};\n"
    fields = "".join(
        f"{_comment(field, '  ')}  {field_name}: {_type(field)};\n" for field_name, field in shape["properties"].items()
    )
    return f"{head} interface {name} {{\n{fields}}}\n"


def _comment(shape: Mapping[str, Any], indent: str) -> str:
    if "description" not in shape:
        return ""
    lines = shape["description"].splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _type(shape: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in shape:
        return " | ".join(_type(each) for each in shape["anyOf"])
    if "const" in shape:
        return json.dumps(shape["const"])
    if "enum" in shape:
        return " | ".join(json.dumps(each) for each in shape["enum"])
    match shape["type"]:
        case "array":
            inner = _type(shape["items"])
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as kind:
            return str(kind)
        case kind:
            raise ValueError(f"no TypeScript is known for JSON Schema type {kind!r}; teach {Path(__file__).name}")


def contents() -> dict[Path, str]:
    """What each generated file has to hold."""
    said = schema()
    return {SCHEMA: json.dumps(said, indent=2, ensure_ascii=False) + "\n", TYPESCRIPT: typescript(said)}


def main() -> None:
    for path, text in contents().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
