import type { CueProduct, Money } from "../../contract/cue-sheet.ts";

// ISO 4217 minor digits, where they are not 2. Intl's own digits are no substitute: it follows CLDR, which gives the
// forint, the rupiah or the Colombian peso 0 digits where ISO 4217 gives 2, and would show those prices 100 times too high.
const MINOR_DIGITS = new Map<string, number>([
  ...each("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0),
  ...each("BHD IQD JOD KWD LYD OMR TND", 3),
  ...each("CLF UYW", 4),
]);

function each(codes: string, digits: number): [string, number][] {
  return codes.split(" ").map((code) => [code, digits]);
}

/** What a product costs now, and what it cost before when that was more. */
export interface Price {
  now: string;
  was: string | null;
}

/**
 * The exact decimal number of an amount, as text: {minor: 1999, currency: "USD"} is "19.99".
 *
 * Text, because a float cannot hold every amount and Intl formats decimal text exactly.
 */
export function decimal(money: Money): string {
  const digits = MINOR_DIGITS.get(money.currency) ?? 2;
  const padded = String(money.minor).padStart(digits + 1, "0");
  return digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/**
 * An amount as people of a locale write it. Never rounded: where the locale leaves minor digits out, they are left out
 * only when they are zero.
 *
 * Returns null when the currency code is none.
 */
export function formatMoney(money: Money, locale?: string): string | null {
  const amount = decimal(money);
  const options: Intl.NumberFormatOptions = { style: "currency", currency: money.currency };
  const fraction = amount.split(".")[1] ?? "";
  try {
    const shown = numberFormat(locale, options).resolvedOptions().maximumFractionDigits ?? 2;
    if (/[1-9]/.test(fraction.slice(shown))) {
      options.minimumFractionDigits = options.maximumFractionDigits = fraction.length;
    }
    return numberFormat(locale, options).format(amount as `${number}`);
  } catch {
    return null;
  }
}

/** The price of a product as text, or null when the feed gave none that can be shown. */
export function priceOf(product: CueProduct, locale?: string): Price | null {
  const full = product.price ?? null;
  const sale = product.sale_price ?? null;
  const current = sale ?? full;
  const now = current && formatMoney(current, locale);
  if (!now) return null;
  const reduced = full && sale && full.currency === sale.currency && sale.minor < full.minor;
  return { now, was: reduced ? formatMoney(full, locale) : null };
}

function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale || undefined, options);
  } catch {
    // The page's language tag may be none that Intl knows; a bad currency code throws here once more.
    return new Intl.NumberFormat(undefined, options);
  }
}
