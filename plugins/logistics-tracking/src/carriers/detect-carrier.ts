import { isCheckedBy } from './check-digits.ts'
import { countries, type NumberPattern, numberPatterns } from './number-patterns.ts'

export interface CarrierGuess {
  readonly carrier: string
  readonly service: string
  /** `check-digit`: one in ten wrong numbers passes; `pattern`: it only looks so. */
  readonly by: 'check-digit' | 'pattern'
}

/** As it is kept: blanks are the printer's, and letters are capitals. */
export function normalNumber(number: string): string {
  return number.replace(/\s+/g, '').toUpperCase()
}

/** Every service whose numbers look so, those with a right check digit first. */
export function detectCarriers(number: string): readonly CarrierGuess[] {
  const text = normalNumber(number)
  const guesses: CarrierGuess[] = []
  for (const known of numberPatterns) {
    if (!fits(known, text)) continue
    const { carrier, service } = known
    guesses.push({ carrier, service, by: known.check === undefined ? 'pattern' : 'check-digit' })
  }
  const checked = guesses.filter(({ by }) => by === 'check-digit')
  return [...checked, ...guesses.filter(({ by }) => by === 'pattern')]
}

/** The carrier, where just one comes into question. */
export function carrierOf(number: string): string | undefined {
  const guesses = detectCarriers(number)
  const [first] = guesses
  const rivals = guesses.filter(({ by }) => by === first?.by)
  return rivals.every(({ carrier }) => carrier === first?.carrier) ? first?.carrier : undefined
}

function fits({ pattern, check, before = '' }: NumberPattern, text: string): boolean {
  const { groups = {}, 0: whole } = pattern.exec(text) ?? {}
  if (whole === undefined) return false
  const { country, serial = '', check: digit = '' } = groups
  if (country !== undefined && !countries.has(country)) return false
  return check === undefined || isCheckedBy(check, before + serial, digit)
}
