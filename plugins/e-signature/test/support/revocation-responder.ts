import type { Test } from 'tap'
import type { Pki } from './pki.ts'
import { serve } from './time-authority.ts'

export interface RevocationResponder {
  readonly url: string
  /** The same without HTTP: an OCSPRequest in, an OCSPResponse out. */
  answer(request: Uint8Array): Promise<Buffer>
}

/**
 * `openssl ocsp` behind HTTP on the loopback, for certificates of the authority `by` as `Pki.writeIndex` says, signed
 * by the authority itself or by whom it delegated that to.
 */
export async function startRevocationResponder(
  t: Pick<Test, 'teardown'>,
  pki: Pki,
  { by, responder = by }: { readonly by: string; readonly responder?: string },
): Promise<RevocationResponder> {
  let count = 0
  const answer = async (request: Uint8Array): Promise<Buffer> => {
    const files = `${responder}.${++count}`
    await pki.write(`${files}.ocspreq`, request)
    await pki.openssl(
      ...['ocsp', '-index', `${by}.index`, '-CA', `${by}.pem`, '-reqin', `${files}.ocspreq`],
      ...['-rsigner', `${responder}.pem`, '-rkey', `${responder}.key`, '-ndays', '2'],
      ...['-respout', `${files}.ocspresp`],
    )
    return pki.read(`${files}.ocspresp`)
  }
  return { url: await serve(t, 'application/ocsp-response', answer), answer }
}
