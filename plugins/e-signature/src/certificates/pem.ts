import { Malformed } from '../der/malformed.ts'
import { type Certificate, readCertificate } from './certificate.ts'

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g

/** Certificates of a file as admins have it: PEM, one or several. @throws Malformed `CERTIFICATE_MALFORMED` */
export function readCertificates(pem: string): readonly Certificate[] {
  return [...pem.matchAll(BLOCK)].map(([, base64 = '']) => readCertificate(fromBase64(base64)))
}

/** @throws Malformed `CERTIFICATE_MALFORMED` */
export function fromBase64(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '')
  const isBase64 = digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits)
  if (!isBase64) throw new Malformed('CERTIFICATE_MALFORMED', 'it is no base64')
  return Uint8Array.from(atob(digits), (it) => it.charCodeAt(0))
}
