import { Refusal } from '@signalbox/sdk'
import { readOrNothing } from '../der/malformed.ts'
import type { Certificate } from './certificate.ts'
import { readCertificates } from './pem.ts'

export interface TrustConfig {
  /** Certificates of roots in PEM, one or several a text. */
  readonly trustAnchors?: readonly string[]
}

/** Whom the tenant trusts, when it signs and when it verifies. @throws Refusal TRUST_ANCHOR_INVALID */
export function trustAnchorsOf({ trustAnchors = [] }: TrustConfig): Certificate[] {
  return trustAnchors.flatMap((pem) => {
    const read = readOrNothing(() => readCertificates(pem))
    if (read === undefined || read.length === 0) {
      throw new Refusal(
        'TRUST_ANCHOR_INVALID',
        'A trust anchor in the settings is no certificate in PEM.',
      )
    }
    return read
  })
}
