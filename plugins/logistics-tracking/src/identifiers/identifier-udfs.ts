import { Refusal, scalar } from '@signalbox/sdk'
import { checkDigit } from './check-digit.ts'
import { canonicalKeyOrNone } from './digital-link.ts'

/** `gs1_check_digit(digits)`: of a GS1 key without it. */
const checkDigitUdf = scalar({ args: ['utf8'], returns: 'i32' }, (digits) => {
  if (!/^[0-9]{1,25}$/.test(digits)) {
    throw new Refusal('KEY_INVALID', 'Give the digits of the key without its check digit.')
  }
  return checkDigit(digits)
})

/** `epc_to_digital_link(uri)`: the canonical Digital Link of an EPC URN, class URN or Digital Link. */
const digitalLinkUdf = scalar({ args: ['utf8'], returns: 'utf8' }, (uri) => {
  const link = canonicalKeyOrNone(uri)
  if (link !== undefined) return link
  throw new Refusal('KEY_INVALID', `${uri.slice(0, 100)} is no URN or Digital Link of a GS1 key.`)
})

export const identifierUdfs = {
  gs1_check_digit: checkDigitUdf,
  epc_to_digital_link: digitalLinkUdf,
}
