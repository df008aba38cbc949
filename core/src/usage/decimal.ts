/** A decimal as whole units of 10^-scale: no double ever holds money. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

export const ZERO: Decimal = { units: 0n, scale: 0 }

/** Of a price: a millionth of a millionth of a unit of currency is fine enough. */
const FORM = /^(-?)(\d{1,18})(?:\.(\d{1,12}))?$/

/** @returns undefined where it is no decimal of at most 18 digits before and 12 behind the point */
export function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole, part = ''] = FORM.exec(text) ?? []
  if (whole === undefined) return undefined
  return { units: BigInt(`${sign}${whole}${part}`), scale: part.length }
}

export function times({ units, scale }: Decimal, factor: bigint): Decimal {
  return { units: units * factor, scale }
}

export function plus(one: Decimal, other: Decimal): Decimal {
  const scale = Math.max(one.scale, other.scale)
  return { units: scaled(one, scale) + scaled(other, scale), scale }
}

/** Without zeros that say nothing: 1.50 is 1.5, and 2.00 is 2. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const part = digits.slice(digits.length - scale).replace(/0+$/, '')
  const text = part === '' ? whole : `${whole}.${part}`
  return units < 0n ? `-${text}` : text
}

function scaled({ units, scale }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale)
}
