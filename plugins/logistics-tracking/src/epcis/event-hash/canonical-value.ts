import { canonicalKeyOrNone } from '../../identifiers/digital-link.ts'

const urns: readonly (readonly [urn: string, address: string])[] = [
  ['urn:epcglobal:cbv:bizstep:', 'https://ref.gs1.org/cbv/BizStep-'],
  ['urn:epcglobal:cbv:disp:', 'https://ref.gs1.org/cbv/Disp-'],
  ['urn:epcglobal:cbv:btt:', 'https://ref.gs1.org/cbv/BTT-'],
  ['urn:epcglobal:cbv:sdt:', 'https://ref.gs1.org/cbv/SDT-'],
  ['urn:epcglobal:cbv:er:', 'https://ref.gs1.org/cbv/ER-'],
]

/** A value as the pre-hash string has it: words of CBV 1.x as addresses, numbers without zeros, GS1 keys as Digital Links. */
export function canonicalValue(value: string): string {
  const text = canonicalNumber(
    urns.reduce((text, [urn, address]) => text.replaceAll(urn, address), value.trim()),
  )
  return canonicalKeyOrNone(text) ?? text
}

/**
 * What reads as a number, without a plus, leading and trailing zeros (CBV 2.0 §8.9.2, rule 6). The reference
 * implementation takes every text that is a decimal literal for a number, so that a lot `0047` counts as `47`; hashes are
 * equal only if this one does, too. Small numbers have two digits in their exponent at least, as there.
 */
function canonicalNumber(text: string): string {
  if (!/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/.test(text)) {
    return text
  }
  const number = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(number)) return text
  if (Number.isInteger(number)) return BigInt(number).toString()
  if (Math.abs(number) >= 1e-4) return String(number)
  return number.toExponential().replace(/e-(\d)$/, 'e-0$1')
}

/**
 * An instant in UTC to the millisecond (rules 8 and 9). Finer ones are rounded, halves to the even millisecond; what is
 * no instant stays as it is.
 */
export function canonicalInstant(text: string): string {
  const [, seconds, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d(?::?\d\d)?)?$/.exec(text) ?? []
  const whole = Date.parse(`${seconds}Z`)
  if (seconds === undefined || Number.isNaN(whole)) return text
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'))
  const instant = whole - offsetOf(zone) + halfToEven(micros / 1000)
  return new Date(instant).toISOString()
}

function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.replace(':', '').slice(3) || '0')]
  return (zone.startsWith('-') ? -1 : 1) * (60 * hours + minutes) * 60_000
}

function halfToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

/** Order by code points, which is that of UTF-8 (rule 10); JavaScript's own is that of UTF-16. */
export function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return lifted(x) - lifted(y)
  }
  return a.length - b.length
}

/** Halves of characters beyond the basic plane stand after all of it. */
function lifted(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800
  return unit >= 0xd800 ? unit + 0x2000 : unit
}
