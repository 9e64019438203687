/** Every word a viewer can read or hear. To translate the player, translate this file. */

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${n} ${many}`);

export const strings = {
  trayLabel: "Products in this video",
  trayTitle: "Shop this video",
  viewLabel: "Which products to list",
  viewNow: "On screen",
  viewAll: "All products",
  dotsWhilePlaying: "Show dots while playing",
  hotspotsLabel: "Products in the picture",

  loading: "Loading products…",
  missing: "There are no products for this video yet.",
  failed: "The products could not be loaded. The video still plays.",
  empty: "There are no products in this video.",
  nothingNow: "Nothing to shop at this moment.",

  similar: "Similar item",
  was: "Was",
  now: "Now",
  noPrice: "See price in shop",
  availability: {
    in_stock: "In stock",
    out_of_stock: "Out of stock",
    preorder: "Available to pre-order",
    backorder: "On back-order, ships later",
  } as Record<string, string | undefined>,

  brand: "Brand",
  color: "Colour",
  size: "Size",
  stock: "Availability",
  viewInShop: "View in shop",
  newTab: "(opens in a new tab)",
  closeCard: "Close product",

  /** Said when the viewer pauses: how many products the picture holds, and how many of them can be bought. */
  paused(total: number, buyable: number): string {
    const products = count(total, "product", "products");
    if (buyable === total) return `${products} on screen can be bought.`;
    if (buyable === 0) return `${products} on screen, out of stock.`;
    return `${products} on screen, ${buyable} of them can be bought.`;
  },
};
