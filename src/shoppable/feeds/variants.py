"""Products with variants, as shop systems keep them: each variant becomes an item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import MAX_PICTURES, Broken, Item

MAX_VARIANTS = 2048
"""Of one product, as Shopify allows; each repeats what the product says."""

_COLOURS = {"color", "colour", "farbe", "couleur", "kleur", "colore", "cor", "färg", "farve", "kolor"}
_SIZES = {"size", "größe", "groesse", "taille", "maat", "taglia", "talla", "tamanho", "storlek", "rozmiar"}
_NO_OPTION = {"", "default title", "default"}


@dataclass(frozen=True)
class Variant:
    """One thing that can be put into a cart.

    Attributes:
        line: Of the feed.
        product_id: By which the shop knows it; empty to make one out of handle and options.
        options: Name and value, as `("Color", "Navy")`.
        price: What it costs now, as text.
        full_price: What it cost before, where it is on sale.
        availability: In Google's words.
        variant_id: By which a link leads to it; empty when there is none.
        fields: What else is known of it.
        pictures: That show this variant and no other look of the product.
    """

    line: int
    product_id: str
    options: tuple[tuple[str, str], ...]
    price: str
    full_price: str
    availability: str
    variant_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()

    def option(self, names: set[str]) -> str:
        """The value of the first option with one of these names."""
        found = (value for name, value in self.options if name.strip().lower() in names)
        return next((value for value in found if value.lower() not in _NO_OPTION), "")


@dataclass(frozen=True)
class Gallery:
    """Pictures of a product, in order; which variants they show is not said."""

    links: tuple[str, ...]


def items_of(
    handle: str,
    shared: Mapping[str, str],
    variants: Sequence[Variant],
    gallery: Gallery,
    constants: Mapping[str, str],
) -> Iterator[Item | Broken]:
    """The variants of one product as items.

    Where it comes in several colours, the title says which, and a variant with pictures of its own has only those:
    the gallery shows the other colours too.

    Args:
        handle: Of the product's page.
        shared: Fields that all variants have.
        variants: At least one.
        gallery: Pictures of the product.
        constants: `shop` makes links of handles.
    """
    if not variants:
        return
    colours = {variant.option(_COLOURS) for variant in variants}
    many = len(colours) > 1
    links = [link for link in gallery.links if link][: MAX_PICTURES + 1]
    seen: set[str] = set()
    if len(variants) > MAX_VARIANTS:
        flaw = Flaw(f"the product has {len(variants):,} variants", f"the first {MAX_VARIANTS:,} count: make it several")
        yield Broken(variants[MAX_VARIANTS].line, flaw, "variants", handle[:100])
    for variant in variants[:MAX_VARIANTS]:
        colour = variant.option(_COLOURS)
        own = list(variant.pictures)
        pictures = own if many and own else list(dict.fromkeys([*own, *links]))
        values = [value for _, value in variant.options if value.lower() not in _NO_OPTION]
        product_id = variant.product_id or "/".join([handle, *values])
        if product_id in seen and not variant.product_id:
            flaw = Flaw("another variant has the same options", "give variants SKUs, or options that differ")
            yield Broken(variant.line, flaw, "sku", product_id[:100])
            continue
        seen.add(product_id)
        title = shared.get("title", "")
        said = {
            **shared,
            **variant.fields,
            "id": product_id,
            "item_group_id": handle,
            "title": f"{title} - {colour}" if many and colour and title else title,
            "image_link": pictures[0] if pictures else "",
            "availability": variant.availability,
            "color": colour,
            "size": variant.option(_SIZES),
            "link": _link(handle, variant.variant_id, constants),
            **_prices(variant),
        }
        yield Item(variant.line, {name: text for name, text in said.items() if text}, pictures[1:])


def _prices(variant: Variant) -> dict[str, str]:
    """A price of before that is higher is the price, and what it costs now is the sale's."""
    try:
        on_sale = float(variant.full_price) > float(variant.price)
    except ValueError:
        on_sale = False
    if on_sale:
        return {"price": variant.full_price, "sale_price": variant.price}
    return {"price": variant.price}


def _link(handle: str, variant_id: str, constants: Mapping[str, str]) -> str:
    shop = constants.get("shop", "").rstrip("/")
    if not shop:
        return ""
    which = f"?variant={quote(variant_id, safe='')}" if variant_id else ""
    return f"{shop}/products/{quote(handle, safe='')}{which}"
