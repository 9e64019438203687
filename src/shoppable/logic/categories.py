"""From what a shop calls a product to where on screen it can be: a region of a dressed person, or any other thing."""

import re

from shoppable.model.seen import Kind

_WORDS = {
    Kind.UPPER: (
        "shirt shirts tshirt tshirts tee tees top tops blouse blouses tunic tunics polo polos pullover pullovers "
        "hoodie hoodies hoody sweatshirt sweatshirts sweater sweaters jumper jumpers cardigan cardigans jersey jerseys "
        "jacket jackets coat coats parka parkas blazer blazers anorak anoraks windbreaker windbreakers outerwear vest "
        "vests tank tanks bra bras bralette bralettes camisole camisoles undershirt undershirts poncho ponchos"
    ),
    Kind.LOWER: (
        "pants trousers jeans leggings shorts skirt skirts skort skorts capri capris chinos joggers sweatpants tights "
        "bottoms chaps culottes hosiery johns briefs boxers"
    ),
    Kind.WHOLE: (
        "dress dresses gown gowns jumpsuit jumpsuits romper rompers overalls coveralls onesie onesies pieces outfit "
        "outfits suit suits tuxedo tuxedos pajamas pyjamas nightgown nightgowns robe robes loungewear sleepwear "
        "swimwear swimsuit swimsuits bikini bikinis uniform uniforms costume costumes kimono kimonos sari saris "
        "leotard leotards unitards skinsuits bibs dirndls yukata"
    ),
    Kind.FEET: "shoes sneakers boots sandals heels loafers slippers trainers footwear socks",
    Kind.HEAD: (
        "hat hats cap caps beanie beanies headwear headband headbands sunglasses eyewear balaclavas bandanas earmuffs "
        "turbans headdresses fascinators"
    ),
    Kind.THING: (
        "accessory accessories belt belts glove gloves mittens scarf scarves tie ties neckties watch watches jewelry "
        "bag bags backpack backpacks handbag handbags wallet wallets bottle bottles laces shoelaces straps garters "
        "masks hangers rack racks towel towels"
    ),
}
_ANY_GARMENT = {"clothing", "clothes", "apparel", "activewear", "fashion"}
_KIND_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}

_GOOGLE_IDS = {
    Kind.UPPER: "212 214 1831 2396 2745 3455 5410 5425 5461 5598 5673 5677 5678 6006",
    Kind.LOWER: (
        "204 207 215 1581 1807 2331 2562 3188 3729 3951 5327 5344 5378 5379 5408 5506 5514 5552 5621 5674 6228 6229 "
        "7003 7236 7281"
    ),
    Kind.WHOLE: (
        "206 208 211 213 1516 1578 1580 1594 2271 2302 2306 2580 3066 3128 3598 5182 5183 5250 5343 5388 5409 5411 "
        "5412 5424 5463 5490 5513 5622 5697 5713 5909 6031 6087 7132 7313 8248"
    ),
    Kind.FEET: "187 209 5423",
    Kind.HEAD: "173 178",
}
_GARMENT_IDS = {"182", "203", "1604", "5322", "5460", "5517"}
_KIND_OF_ID = {number: kind for kind, numbers in _GOOGLE_IDS.items() for number in numbers.split()}

_OTHER_GOODS = (
    "animals & pet supplies",
    "arts & entertainment",
    "baby & toddler",
    "business & industrial",
    "cameras & optics",
    "electronics",
    "food, beverages & tobacco",
    "furniture",
    "hardware",
    "health & beauty",
    "home & garden",
    "luggage & bags",
    "mature",
    "media",
    "office supplies",
    "religious & ceremonial",
    "software",
    "sporting goods",
    "toys & games",
    "vehicles & parts",
)


def kind_of(category: str | None, title: str = "") -> Kind:
    """Where on screen such a product can be.

    The category decides, read from its last part upwards; the title only where the category says nothing. Whatever is
    not known to be worn is a thing.

    >>> kind_of("Apparel & Accessories > Clothing > Outerwear > Rain Pants")
    <Kind.LOWER: 'lower'>
    >>> kind_of(None, "Chaz Kangeroo Hoodie - Black")
    <Kind.UPPER: 'upper'>

    Args:
        category: A path of Google's product taxonomy as text or number, or the shop's own; None when there is none.
        title: Of the product, in English.
    """
    parts = [part.strip() for part in (category or "").lower().split(">") if part.strip()]
    number = re.match(r"([0-9]+)\b", parts[0]) if parts else None
    if number:
        if number.group(1) in _KIND_OF_ID:
            return _KIND_OF_ID[number.group(1)]
        parts[0] = parts[0][number.end() :].strip(" -")
    if parts and parts[0] in _OTHER_GOODS:
        return Kind.THING
    parts = [part for part in parts if part != "apparel & accessories"]
    worn = number is not None and number.group(1) in _GARMENT_IDS
    for part in reversed(parts):
        words = _words(part)
        known = _last_known(words)
        if known is not None:
            return known
        worn = worn or not _ANY_GARMENT.isdisjoint(words)
    return _last_known(_words(title.lower())) or (Kind.WHOLE if worn else Kind.THING)


def _last_known(words: list[str]) -> Kind | None:
    """English puts what a thing is last: a costume shoe is a shoe."""
    return next((_KIND_OF_WORD[word] for word in reversed(words) if word in _KIND_OF_WORD), None)


def _words(text: str) -> list[str]:
    """Words up to a dash or a comma: what follows names a colour or a size."""
    head = re.split(r" - | – |,|\(| with | for ", text)[0]
    return re.findall(r"[a-z]+", head.replace("t-shirt", "tshirt"))
