/** Phones as people type and read them. Pure; what travels is digits with the country's code. */

/** The shortest and the longest number that is taken, code included; as in the domain's `phone`. */
const [SHORTEST, LONGEST] = [10, 15]

/**
 * The digits of a typed phone, `null` when it can be none. Without a plus, `8 900 …` and `900 …` are Russian,
 * as they are dialled there; `00` is a plus. The domain's `phone` reads the same.
 */
export function readPhone(typed: string): string | null {
  if (!/^\+?[\d\s().\-‐-–]*$/.test(typed.trim())) return null
  const digits = typed.replace(/\D/g, '')
  const whole = typed.trim().startsWith('+') ? digits : withCountry(digits)
  // No country's code begins with a zero.
  return !whole.startsWith('0') && whole.length >= SHORTEST && whole.length <= LONGEST ? whole : null
}

function withCountry(digits: string): string {
  if (digits.startsWith('00')) return digits.slice(2)
  if (/^8[3-9]\d{9}$/.test(digits)) return `7${digits.slice(1)}`
  return /^9\d{9}$/.test(digits) ? `7${digits}` : digits
}

/** Digits as they are handed over: with a plus where they would be read as another number without. */
export function writePhone(digits: string): string {
  return readPhone(digits) === digits ? digits : `+${digits}`
}

/** `+7 900 123-45-67`; a number of another country is only given its plus. */
export function showPhone(digits: string): string {
  const russian = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(digits)
  if (russian) return `+7 ${russian[1]} ${russian[2]}-${russian[3]}-${russian[4]}`
  return digits && `+${digits}`
}
