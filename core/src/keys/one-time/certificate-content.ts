import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Sealer } from '../../sealing/sealer.ts'
import { certifiedVersion } from '../certified-version.ts'
import type { KeyAlgorithm } from '../key-algorithms.ts'
import { generateKey } from '../key-pair.ts'
import type { SigningKey } from '../key-store.ts'
import { contentRefusal, type SigningContent } from '../signing-content.ts'
import { signX509 } from '../x509-signature.ts'
import { readAuthority } from './authority.ts'
import { subjectFault, validityOf } from './certificate-policy.ts'
import { insertOneTimeKey, type OneTimeKey } from './one-time-key-store.ts'
import { oneTimeBoundTo } from './one-time-secret.ts'
import { type SignerSubject, signerCertificate } from './signer-certificate.ts'

export interface CertificateRequest {
  readonly subject: SignerSubject
  /** Of the certificate; the longest that the key's policy allows, when absent. */
  readonly ttlS?: number
}

interface Asked {
  readonly plugin: string
  readonly key: SigningKey
  readonly request: CertificateRequest
  readonly now: number
  readonly knex: Knex
  readonly sealer: Sealer
}

/** From the certificate to the signature: a plugin puts attributes together in between, nobody is waited for. */
const KEPT_MS = 15 * 60_000

/**
 * What a signer's own key is, by that of the authority. Never RSA: to find two primes takes a tenth of a second to several, and a
 * chain may change from the one to the other. SM2 goes by itself (GM/T 0015).
 */
const signerAlgorithms: Readonly<Partial<Record<KeyAlgorithm, KeyAlgorithm>>> = {
  'rsa-2048': 'ec-p256',
  'rsa-3072': 'ec-p256',
  'rsa-4096': 'ec-p384',
  'ec-p256': 'ec-p256',
  'ec-p384': 'ec-p384',
  ed25519: 'ed25519',
  sm2: 'sm2',
}

/**
 * A key for one signature, and its certificate by a CA key of the tenant. The pair is made and sealed before the audit
 * says what is certified, the certificate signed after it: of a certificate that nobody finds there, there is none.
 * @throws CORE_KEY_CERTIFICATE_MISSING, CORE_SIGNED_CONTENT_REFUSED
 */
export async function certificateContent(asked: Asked): Promise<SigningContent> {
  const { plugin, key, request, now, knex, sealer } = asked
  const { subject, ttlS } = request
  const policy = key.policy.certificate
  const algorithm = signerAlgorithms[key.algorithm]
  if (policy === null || algorithm === undefined) {
    throw contentRefusal('certificate', `a key of ${key.algorithm} certifies nobody`)
  }
  const { version, certificate: issuer } = certifiedVersion(key, now)
  const authority = readAuthority(issuer)
  const fault = subjectFault(subject, policy)
  if (fault !== undefined) throw contentRefusal('certificate', fault)
  const validity = validityOf({ ttlS, now }, policy, authority)
  if (!validity.ok) throw contentRefusal('certificate', validity.reason)
  const { notBefore, notAfter } = validity
  const pair = await generateKey(algorithm)
  const { spki } = pair
  if (spki === null) throw new Error('a signer signs by a pair')
  const id = `otk_${randomBytes(16).toString('hex')}`
  const sealed = await sealer.seal(key.tenant, pair.secret, oneTimeBoundTo(id, spki))
  pair.secret.fill(0)
  const serial = serialNumber()
  const serialHex = serial.toString('hex')
  const wish = { authority, algorithm: key.algorithm, subject, spki, serial, notBefore, notAfter }
  const content = signerCertificate(wish)
  const expiresAt = new Date(Math.min(now + KEPT_MS, notAfter))
  const times = { notAfter: new Date(notAfter).toISOString(), expiresAt: expiresAt.toISOString() }
  return {
    version,
    detail: {
      subject,
      serialNumber: serialHex,
      algorithm,
      publicKeySha256: createHash('sha256').update(spki).digest('hex'),
      oneTimeKey: id,
      ...times,
    },
    sign: async (secret) => {
      const certificate = await signX509(key.algorithm, content, secret)
      const kept: OneTimeKey = {
        id,
        tenant: key.tenant,
        plugin,
        key: key.id,
        keyVersion: version.version,
        algorithm,
        spki,
        certificates: [certificate, ...version.certificates],
        subject,
        serialNumber: serialHex,
        expiresAt,
      }
      await insertOneTimeKey(knex, kept, sealed)
      return {
        oneTimeKey: id,
        algorithm,
        certificate: certificate.toString('base64'),
        chain: version.certificates.map((der) => der.toString('base64')),
        ...times,
      }
    },
  }
}

/** 126 random bits, positive and of one length (RFC 5280 §4.1.2.2; 64 bits are the least that is wanted). */
function serialNumber(): Buffer {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return serial
}
