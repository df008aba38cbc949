import { scalar } from '@signalbox/sdk'
import { sm3 } from '../algorithms/sm3.ts'
import { readCertificate } from '../certificates/certificate.ts'
import { fromBase64, readCertificates } from '../certificates/pem.ts'
import { toHex } from '../der/bytes.ts'
import { readOrNothing } from '../der/malformed.ts'
import { amountInCapitals } from '../pdf/amount-in-capitals.ts'
import { maskName } from './mask-name.ts'

/** Functions over rows and columns. What cannot be answered is null, so that one row of ten thousand does not end the batch. */
export const signatureUdfs = {
  /** SM3 (GB/T 32905-2016) of the text's UTF-8, hexadecimal. */
  sm3: scalar({ args: ['utf8'], returns: 'utf8' }, (text) =>
    toHex(sm3(new TextEncoder().encode(text))),
  ),
  /** When a certificate ends, RFC 3339: of PEM, where several stand the first, or of DER in base64. */
  cert_expiry: scalar(
    { args: ['utf8'], returns: 'utf8' },
    (text) => readOrNothing(() => expiryOf(text)) ?? null,
  ),
  /** An amount of renminbi in Chinese capitals, of a decimal text. */
  rmb_upper: scalar({ args: ['utf8'], returns: 'utf8' }, (amount) => amountInCapitals(amount)),
  /** A person's name as others may see it. */
  mask_name: scalar({ args: ['utf8'], returns: 'utf8' }, (name) => maskName(name)),
}

function expiryOf(text: string): string | undefined {
  const [first] = text.includes('-----BEGIN')
    ? readCertificates(text)
    : [readCertificate(fromBase64(text))]
  return first === undefined ? undefined : new Date(first.notAfter).toISOString()
}
