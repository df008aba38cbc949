import { isCheckDigitRight } from './check-digit.ts'
import { canonicalDigitalLink, canonicalKey } from './digital-link.ts'

/**
 * A GS1 key as people write it, in its one form: a URN or Digital Link, the text beside a barcode such as
 * `(01)04012345111118(10)LOT-7`, or the 18 digits of an SSCC. Anything else stays as it is.
 */
export function writtenKey(text: string): string {
  const written = text.trim()
  if (/^[0-9]{18}$/.test(written) && isCheckDigitRight(written)) {
    return `https://id.gs1.org/00/${written}`
  }
  return fromElements(written) ?? canonicalKey(written)
}

/** GS1 General Specifications §7.8: application identifiers in brackets. */
function fromElements(text: string): string | undefined {
  if (!/^(?:\([0-9]{2,4}\)[^()]+)+$/.test(text)) return undefined
  const elements = [...text.matchAll(/\(([0-9]{2,4})\)([^()]+)/g)]
  const path = elements.map(
    ([, identifier, value = '']) => `${identifier}/${encodeURIComponent(value)}`,
  )
  return canonicalDigitalLink(`https://id.gs1.org/${path.join('/')}`)
}
