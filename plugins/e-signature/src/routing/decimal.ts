const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/
/** As many digits behind the point as an amount may have. */
const SCALE = 6

/** An amount as a whole number of millionths, exact; undefined where the text is none. */
export function millionths(text: string): bigint | undefined {
  const parts = DECIMAL.exec(text)
  if (parts === null) return undefined
  const [, sign, whole = '', fraction = ''] = parts
  const value = BigInt(`${whole}${fraction.padEnd(SCALE, '0')}`)
  return sign === '-' ? -value : value
}
