import { Malformed } from '../der/malformed.ts'
import { decodeBase64 } from '../encoding/base64.ts'
import { type Certificate, readCertificate } from './certificate.ts'

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g

/** Certificates of a file as admins have it: PEM, one or several. @throws Malformed `CERTIFICATE_MALFORMED` */
export function readCertificates(pem: string): readonly Certificate[] {
  return [...pem.matchAll(BLOCK)].map(([, base64 = '']) => readCertificate(fromBase64(base64)))
}

/** @throws Malformed `CERTIFICATE_MALFORMED` */
export function fromBase64(text: string): Uint8Array {
  const bytes = decodeBase64(/\s/.test(text) ? text.replaceAll(/\s/g, '') : text)
  if (bytes === undefined) throw new Malformed('CERTIFICATE_MALFORMED', 'it is no base64')
  return bytes
}
