import type { SigningKeys } from '../../src/documents/signing-keys.ts'
import { type Pki, profiles } from '../support/pki.ts'

/** Keys of a test's own authority where the host of tests has none: each signature gets its certificate. */
export function testKeys(pki: Pki): SigningKeys {
  let count = 0
  return async ({ by, recipient }) => {
    const name = `one-${++count}`
    const subject = `/CN=${by.kind === 'seal' ? by.holder : recipient.name}`
    const certificate = await pki.issue(name, {
      kind: 'p256',
      extensions: profiles.signer,
      by: 'inter',
      subject,
    })
    const chain = [await pki.certificate('inter')]
    return {
      ...{ certificate, chain, hash: 'sha256' },
      sign: async ({ signedAttributes }) => ({
        signature: await pki.sign(name, 'ecdsa-sha256', signedAttributes),
        algorithm: 'ecdsa-sha256',
      }),
    }
  }
}
