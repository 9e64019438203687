"""What things are called: labels, how to ask for them in words, and where on screen each can be."""

from collections import Counter
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shoppable.model.noun import Noun
from shoppable.model.seen import Kind

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Label(Noun):
    """One sort of goods."""

    name: Words
    kind: Kind
    prompts: tuple[Words, ...] = Field(min_length=1, description="What a picture of it is said to show, best first.")
    classes: tuple[Words, ...] = Field(default=(), description="What detectors call it, beside its name.")


class Taxonomy(Noun):
    """All labels of a pack. A detector's class that none of them lists is nothing to look at, such as a sleeve."""

    label: tuple[Label, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _plain(self) -> Self:
        names = Counter(name for label in self.label for name in {label.name, *label.classes})
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise ValueError(f"has two labels for {twice[0]}")
        return self

    @cached_property
    def _by_class(self) -> dict[str, Label]:
        return {name: label for label in self.label for name in (label.name, *label.classes)}

    def of_class(self, name: str) -> Label | None:
        """The label of what a detector calls so; None when it is nothing to look at."""
        return self._by_class.get(name)

    @property
    def prompts(self) -> tuple[str, ...]:
        """All prompts, label after label."""
        return tuple(prompt for label in self.label for prompt in label.prompts)
