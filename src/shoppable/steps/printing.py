"""Prints: the local features of catalog pictures, described once and kept beside their looks."""

from collections.abc import Sequence

from shoppable.errors import NotFound
from shoppable.model.arrays import Image, LocalFeatures, packed, unpacked
from shoppable.model.catalog import Picture
from shoppable.model.geometry import Box
from shoppable.model.keys import print_blob
from shoppable.ports import Ports
from shoppable.steps.seeing import cut, from_jpeg


def keep_prints(
    ports: Ports, picture_ids: Sequence[str], images: Sequence[Image], boxes: Sequence[Box]
) -> list[LocalFeatures]:
    """Describes what a box holds of each picture, keeps that, and gives it."""
    found = ports.verifier.describe([cut(image, box) for image, box in zip(images, boxes, strict=True)])
    for picture_id, features in zip(picture_ids, found, strict=True):
        ports.blobs.put(print_blob(ports.tenant, ports.embedder.space.name, picture_id), packed(**features.arrays()))
    return found


def kept_prints(ports: Ports, pictures: Sequence[Picture]) -> list[LocalFeatures]:
    """The features of pictures; those that nobody described yet are described now, and kept."""
    found: dict[str, LocalFeatures] = {}
    new: dict[str, Picture] = {}
    for picture in pictures:
        try:
            data = ports.blobs.get(print_blob(ports.tenant, ports.embedder.space.name, picture.picture_id))
            found[picture.picture_id] = LocalFeatures.unpacked(unpacked(data))
        except NotFound:
            new[picture.picture_id] = picture
    images = [from_jpeg(ports.blobs.get(picture.picture_key)) for picture in new.values()]
    described = keep_prints(ports, list(new), images, [picture.box for picture in new.values()])
    found |= zip(new, described, strict=True)
    return [found[picture.picture_id] for picture in pictures]
