"""What a thing is, told from its likeness to words: zero-shot naming in the channel that pictures and texts share."""

from dataclasses import dataclass

import numpy as np

from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats
from shoppable.model.seen import Kind
from shoppable.model.taxonomy import Taxonomy


@dataclass(frozen=True)
class Named:
    """What a thing is.

    Attributes:
        label: Name of the likeliest label.
        kind: Of that label.
        share: Probability of the kind, all its labels together, in [0, 1].
    """

    label: str
    kind: Kind
    share: float


def label_vectors(taxonomy: Taxonomy, prompts: Floats) -> Floats:
    """One vector for each label: the mean of its prompts' vectors, at unit length.

    Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021, 3.1.4: an ensemble
    of prompts names better than any of them.

    Args:
        taxonomy: The labels.
        prompts: (p, d) float32 of unit length: the vectors of `taxonomy.prompts`, in that order.

    Returns:
        (labels, d) float32.

    Raises:
        InvalidInput: There is not one vector for each prompt.
    """
    counts = [len(label.prompts) for label in taxonomy.label]
    if len(prompts) != sum(counts):
        raise InvalidInput(f"{len(prompts)} vectors for {sum(counts)} prompts: embed all prompts of the taxonomy")
    ends = np.cumsum(counts)
    means = np.stack([prompts[end - count : end].mean(axis=0) for count, end in zip(counts, ends, strict=True)])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9), np.float32)


def name_of(vector: Floats, labels: Floats, taxonomy: Taxonomy, *, logit_scale: float, least: float) -> Named | None:
    """The label that says best what a picture shows, or nothing when none says it well enough.

    Softmax over the cosines at the net's own scale. Labels of one kind share their probability, so that a shirt which
    might as well be a blouse is surely an upper.

    Args:
        vector: (d,) float32 of unit length: the picture, in the channel it shares with texts.
        labels: (labels, d) float32: from `label_vectors`.
        taxonomy: The labels, in the same order.
        logit_scale: Of the net that made the vectors: log-odds for a cosine of 1.
        least: Least probability of the kind, in [0, 1]; below it the answer is None.
    """
    logits = labels.astype(np.float64) @ vector.astype(np.float64) * logit_scale
    odds = np.exp(logits - logits.max())
    shares = odds / odds.sum()
    kinds = [label.kind for label in taxonomy.label]
    by_kind = {kind: float(sum(s for k, s in zip(kinds, shares, strict=True) if k is kind)) for kind in set(kinds)}
    kind = max(sorted(by_kind), key=lambda each: by_kind[each])
    if by_kind[kind] < least:
        return None
    best = max((index for index, each in enumerate(kinds) if each is kind), key=lambda index: float(shares[index]))
    return Named(label=taxonomy.label[best].name, kind=kind, share=min(by_kind[kind], 1.0))
