/** How the last character of a tracking number follows from those before it. */
export type CheckDigit =
  | { readonly kind: 'mod7' }
  | { readonly kind: 'luhn' }
  | { readonly kind: 's10' }
  | { readonly kind: 'mod37-36' }
  /** Weights of characters at even and odd places, counted from 0 at the left. */
  | { readonly kind: 'mod10'; readonly even: number; readonly odd: number }
  | { readonly kind: 'mod11-10'; readonly weights: readonly number[] }

export function isCheckedBy(rule: CheckDigit, serial: string, check: string): boolean {
  return expected(rule, serial) === check
}

function expected(rule: CheckDigit, serial: string): string {
  if (rule.kind === 'mod7') return String(Number(serial) % 7)
  if (rule.kind === 'luhn') return luhn(serial)
  if (rule.kind === 's10') return s10(serial)
  if (rule.kind === 'mod37-36') return mod37(serial)
  if (rule.kind === 'mod10') return mod10(serial, rule.even, rule.odd)
  return String((weighted(serial, rule.weights) % 11) % 10)
}

/** GS1 General Specifications 7.9 for weights 3 and 1; UPS counts a letter as its ASCII code less 3, modulo 10. */
function mod10(serial: string, even: number, odd: number): string {
  let sum = 0
  for (let i = 0; i < serial.length; i += 1) {
    const code = serial.charCodeAt(i)
    const isDigit = code >= 48 && code <= 57
    sum += (isDigit ? code - 48 : (code - 3) % 10) * (i % 2 === 0 ? even : odd)
  }
  return String((10 - (sum % 10)) % 10)
}

/** ISO/IEC 7812-1, annex B. */
function luhn(serial: string): string {
  let sum = 0
  for (let i = 0; i < serial.length; i += 1) {
    const digit = Number(serial.charAt(serial.length - 1 - i)) * (i % 2 === 0 ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return String((10 - (sum % 10)) % 10)
}

const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7]

/** UPU standard S10-12, 6.3: 11 less the remainder, 10 is told as 0 and 11 as 5. */
function s10(serial: string): string {
  const check = 11 - (weighted(serial, S10_WEIGHTS) % 11)
  if (check === 10) return '0'
  return check === 11 ? '5' : String(check)
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** ISO/IEC 7064, MOD 37,36. */
function mod37(serial: string): string {
  let check = 36
  for (const character of serial) {
    check = (check + ALPHABET.indexOf(character)) % 36 || 36
    check = (check * 2) % 37
  }
  return ALPHABET.charAt((37 - check) % 36)
}

function weighted(serial: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(serial.charAt(i)), 0)
}
