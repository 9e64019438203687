"""What there is to wear and to hold: the goods of the shop, and strangers that only look like them."""

from __future__ import annotations

from demo.garments import Cut, Garment
from demo.goods import Good
from demo.ink import Colour, rgb
from demo.layouts import Label, Layout
from demo.prints import Print


def _inks(*codes: str) -> tuple[Colour, ...]:
    return tuple(rgb(code) for code in codes)


def _garment(cut: Cut, name: str, cloth: str, trim: str, *inks: str, seed: int = 1) -> Garment:
    return Garment(cut, Print(name, rgb(cloth), _inks(*inks), seed), rgb(trim))


HARBOUR = ("#fff4dc", "#d9483b", "#f2b134", "#4f8fb0")
SUMMIT = ("#fff1d6", "#ef8a3c", "#3b6c8f", "#1f3b33")

SHOP_GARMENTS: dict[str, Garment] = {
    "tee-harbour-navy": _garment("tee", "harbour", "#22345c", "#d9483b", *HARBOUR),
    "tee-harbour-coral": _garment("tee", "harbour", "#d8654f", "#fff4dc", "#fff4dc", "#7a1f33", "#f6cf5a", "#3f6f8f"),
    "tee-breton": _garment("tee", "breton", "#f4eee0", "#27406b", "#27406b", "#d9483b"),
    "hoodie-summit-forest": _garment("hoodie", "summit", "#2f5a44", "#ef8a3c", *SUMMIT),
    "hoodie-plain-grey": _garment("hoodie", "plain", "#a9adb3", "#f4f1ea"),
    "shirt-rosalie-check": _garment(
        "shirt", "check", "#e9d9bd", "#fbefd9", "#b5402f", "#2d3a57", "#d99a3d", "#2a2a35", "#c9304a", "#3f7a4b"
    ),
    "jacket-kingsbridge-claret": _garment(
        "jacket", "varsity", "#7a1f33", "#f0b840", "#fbefd9", "#f0b840", "#2f6e8f", "#2a1620"
    ),
    "chino-sand": _garment("trousers", "plain", "#c8a878", "#8a6a44"),
    "skirt-meadow-navy": _garment(
        "skirt", "meadow", "#2b3358", "#e2574c", "#e2574c", "#f6e7c8", "#e8a0b4", "#6fa06a", "#f2b134"
    ),
    "shorts-palm-lagoon": _garment(
        "shorts", "palms", "#57b3b5", "#fff4dc", "#2f7a55", "#8a5a34", "#e0523f", "#f7cf4f", "#fff4dc"
    ),
}

STRANGER_GARMENTS: dict[str, Garment] = {
    "tee-deep-blue": _garment("tee", "deep_blue", "#22345c", "#fff4dc", *HARBOUR),
    "tee-white": _garment("tee", "plain", "#f2efe8", "#e2ddd2"),
    "tee-mustard": _garment("tee", "plain", "#d9a13a", "#f6e7c8"),
    "hoodie-wild-north": _garment("hoodie", "wild_north", "#30593f", "#fff1d6", *SUMMIT),
    "shirt-hibiscus": _garment("shirt", "hibiscus", "#f3efe2", "#e2543f", "#e2543f", "#f0a03c", "#3a7d5c", "#f6d04d"),
    "jumper-nordic": _garment("jumper", "fair_isle", "#8a3b3b", "#6e2c2e", "#fff4dc", "#2b4a6a"),
    "jumper-teal": _garment("jumper", "plain", "#3b7f86", "#2c656b"),
    "jeans": _garment("trousers", "plain", "#3f5f8a", "#c98a3f"),
    "trousers-olive": _garment("trousers", "plain", "#6b6f4a", "#3d3f2a"),
    "skirt-rust": _garment("skirt", "plain", "#a8512f", "#7f3a20"),
}


def _label(
    layout: Layout, brand: str, name: str, claim: str, amount: str, colours: tuple[str, str, str, str], emblem: str,
    second: str, *small_print: str, seed: int = 1,
) -> Label:  # fmt: skip
    ground, paper, first, ink = _inks(*colours)
    return Label(layout, brand, name, claim, amount, (ground, paper, first, ink), emblem, second, small_print, seed)


SHOP_GOODS: dict[str, Good] = {
    "tea-morgentau": Good("box", _label(
        "crest", "MORGENTAU", "HERBAL TEA", "hand picked at dawn", "20 bags",
        ("#2f6f5e", "#fff4dc", "#4d8a45", "#e9b44c"),
        "leaf", "flower", "Peppermint, lemon balm, verbena", "Brew 6 minutes at 95 °C", "Keep dry and dark", seed=1,
    ), 18, 26, 8),
    "oat-havre": Good("carton", _label(
        "bold", "HAVRE", "OAT DRINK", "creamy from the coast", "1 litre",
        ("#2d6fa3", "#f6f0df", "#27507a", "#f2b134"),
        "oat", "wave", "Water, oats 11 %, sea salt", "Shake well, drink cold", "No added sugar", seed=2,
    ), 13.5, 25, 13),
    "soda-yuzu": Good("can", _label(
        "bold", "YUZU", "YUZU FIZZ SODA", "sparkling & bright", "330 ml",
        ("#2f9e8f", "#fff6d8", "#e2762f", "#f6d04d"),
        "citrus", "flower", "Sparkling water, yuzu juice 9 %", "Serve chilled at 6 °C", "Made in Kochi", seed=3,
    ), 14, 25),
    "tomatoes-santa-lucia": Good("can", _label(
        "crest", "SANTA LUCIA", "POMODORI PELATI", "ripened under vesuvio", "400 g",
        ("#b8322b", "#fff1d6", "#c9382e", "#e8b23f"),
        "tomato", "leaf", "Whole peeled plum tomatoes", "Harvest of August", "Store below 20 °C", seed=4,
    ), 16, 20),
    "oil-oro-verde": Good("bottle", _label(
        "crest", "ORO VERDE", "EXTRA VIRGIN", "pressed in october", "500 ml",
        ("#5d6b2e", "#f7efd6", "#7a8a3a", "#d9a92f"),
        "olive", "leaf", "Single estate, Jaen", "Acidity 0.2 %", "Lot 0417", seed=10,
    ), 12, 35, extra=rgb("#4a5a2a")),
    "syrup-cassis": Good("bottle", _label(
        "bold", "CASSIS", "BLACKCURRANT", "syrup for summer", "700 ml", ("#5b2a6b", "#fbeff3", "#4a1d57", "#e9a23b"),
        "berries", "leaf", "Fruit content 45 %", "Dilute one to seven", "Shake gently", seed=6,
    ), 12, 33, extra=rgb("#6b2f6f")),
    "coffee-tre-colli": Good("pouch", _label(
        "scene", "TRE COLLI", "ESPRESSO BEANS", "torrefazione dal 1931", "250 g",
        ("#8a3b2a", "#f9ecd2", "#5b2a1e", "#eba53c"),
        "cup", "bean", "Dark roast, notes of cocoa", "Arabica 80 %, Robusta 20 %", seed=7,
    ), 19, 29, 7),
    "biscuits-le-port": Good("box", _label(
        "bold", "LE PORT", "BUTTER BISCUITS", "baked by the sea", "180 g",
        ("#c2452d", "#fff3da", "#2f4a7a", "#e9b44c"),
        "boat", "cookie", "Wheat flour, butter 24 %", "Petits biscuits bretons", "Best before: see lid", seed=8,
    ), 25, 19, 6),
    "pasta-conchiglie": Good("box", _label(
        "bold", "FONTANA", "CONCHIGLIE 9", "drawn through bronze", "500 g",
        ("#24527a", "#fff4dc", "#2f6ea0", "#efbf4a"),
        "shell", "oat", "Durum wheat semolina", "Cook 11 minutes al dente", "Serves five", seed=20,
    ), 17, 27, 7),
    "rice-komeya": Good("pouch", _label(
        "scene", "KOMEYA", "KOSHIHIKARI RICE", "new crop from niigata", "1 kg",
        ("#2f5c8a", "#fbf3e0", "#27406b", "#e7c46a"),
        "crane", "flower", "Short grain, polished", "Wash three times, then soak", seed=4,
    ), 19, 28, 7),
}  # fmt: skip

STRANGER_GOODS: dict[str, Good] = {
    "tea-abendrot": Good("box", _label(
        "bold", "ABENDROT", "RED BUSH TEA", "calm evenings", "25 bags", ("#2f6f5e", "#fff4dc", "#8a3b2a", "#e9b44c"),
        "cup", "leaf", "Rooibos, orange peel", "Brew 8 minutes", "Free of caffeine", seed=17,
    ), 18, 26, 8),
    "coffee-caffe-sud": Good("pouch", _label(
        "crest", "CAFFE SUD", "MOKA GRIND", "roasted over oak", "250 g",
        ("#83392a", "#f9ecd2", "#4a2318", "#eba53c"),
        "bean", "sun", "Medium roast, hazelnut", "Keep in the cold", "Lot 77", seed=23,
    ), 19, 29, 7),
    "soda-melon": Good("can", _label(
        "crest", "MELONA", "MELON CREAM", "sweet since 1962", "330 ml", ("#2f9e6f", "#fff6d8", "#3f8a4b", "#f6d04d"),
        "medal", "sun", "Carbonated water, sugar", "Serve on ice", "Deposit 25", seed=20,
    ), 14, 25),
    "biscuits-kipferl": Good("box", _label(
        "scene", "KIPFERL", "ALMOND CRESCENTS", "from grandmother", "200 g",
        ("#b8402d", "#fff3da", "#2f4a7a", "#e9b44c"),
        "cookie", "leaf", "Almonds, butter, vanilla", "Keep cool", seed=17,
    ), 25, 19, 6),
    "milk-alm": Good("carton", _label(
        "crest", "ALMGRUEN", "MOUNTAIN MILK", "grazed at 1800 m", "1 litre",
        ("#2f74a0", "#f6f0df", "#3f7a4b", "#f2b134"),
        "cow", "mountain", "Whole milk 3.8 %", "Keep below 8 °C", "Shake", seed=22,
    ), 13.5, 25, 13),
    "juice-sole": Good("bottle", _label(
        "scene", "SOLE", "BLOOD ORANGE", "squeezed in sicily", "750 ml", ("#d9742b", "#fff4dc", "#9c2f22", "#f6c64a"),
        "citrus", "citrus", "Not from concentrate", "Shake before use", seed=16,
    ), 12, 34, extra=rgb("#d9652b")),
}  # fmt: skip

GARMENTS = SHOP_GARMENTS | STRANGER_GARMENTS
GOODS = SHOP_GOODS | STRANGER_GOODS


def product_of(name: str) -> str | None:
    """The id under which the shop sells a thing; None for a stranger."""
    return name if name in SHOP_GARMENTS or name in SHOP_GOODS else None
