import { createHash } from 'node:crypto'
import { digestAlgorithm } from '../../src/algorithms/algorithm-identifier.ts'
import type { Certificate } from '../../src/certificates/certificate.ts'
import { attributeTypes } from '../../src/cms/attributes.ts'
import { hostAlgorithm, signatureAlgorithm } from '../../src/cms/signature-algorithms.ts'
import { signingCertificateV2 } from '../../src/cms/signing-certificate.ts'
import { readDer } from '../../src/der/read-der.ts'
import { Tag } from '../../src/der/values.ts'
import {
  context,
  der,
  generalizedTime,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../../src/der/write-der.ts'
import type { Pki } from '../support/pki.ts'

const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const SIGNED_DATA = '1.2.840.113549.1.7.2'

/** A time-stamping authority whose clock a test moves, which `openssl ts` has none of; what it gives is held to `openssl ts -verify`. */
export function clockAuthority(pki: Pki, now: () => number) {
  let serial = 100
  return async (name: string, above: readonly Certificate[], request: Uint8Array) => {
    serial += 1
    const [, imprint, ...more] = readDer(request).children
    const nonce = more.find(({ tag }) => tag === Tag.integer)
    const info = sequence(
      ...[integer(1), objectIdentifier('1.2.3.4.1'), imprint?.bytes ?? new Uint8Array()],
      ...[integer(serial), generalizedTime(now())],
      ...(nonce === undefined ? [] : [nonce.bytes]),
    )
    const certificate = await pki.certificate(name)
    const attribute = (type: string, value: Uint8Array) =>
      sequence(objectIdentifier(type), setOf(value))
    const attributes = setOf(
      attribute(attributeTypes.contentType, objectIdentifier(TST_INFO)),
      attribute(
        attributeTypes.messageDigest,
        octetString(createHash('sha256').update(info).digest()),
      ),
      attribute(attributeTypes.signingCertificateV2, signingCertificateV2(certificate, 'sha256')),
    )
    const by = hostAlgorithm('ecdsa-sha256')
    if (by === undefined) throw new Error('the algorithm is known')
    const signer = sequence(
      ...[integer(1), sequence(certificate.issuer.bytes, certificate.serialNumberDer)],
      ...[digestAlgorithm('sha256'), der(0xa0, readDer(attributes).content)],
      ...[signatureAlgorithm(by), octetString(await pki.sign(name, 'ecdsa-sha256', attributes))],
    )
    const data = sequence(
      ...[integer(3), setOf(digestAlgorithm('sha256'))],
      sequence(objectIdentifier(TST_INFO), context(0, octetString(info))),
      context(0, ...[certificate, ...above].map((one) => one.der)),
      setOf(signer),
    )
    const token = sequence(objectIdentifier(SIGNED_DATA), context(0, data))
    return Buffer.from(sequence(sequence(integer(0)), token))
  }
}
