import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { DigestName } from '../algorithms/digests.ts'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { fromBase64, readCertificates } from '../certificates/pem.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import type { BlobPart } from './blob-parts.ts'
import type { SigningWish } from './document-port.ts'

export interface CmsStatement {
  /** SET OF Attribute, DER. */
  readonly signedAttributes: Uint8Array
  /** The document, as the host digested it. */
  readonly parts: readonly BlobPart[]
  /** Of the document, hexadecimal. */
  readonly documentSha256: string
  /** By the signer's own algorithm, hexadecimal. */
  readonly digest: string
}

export interface Signer {
  readonly certificate: Certificate
  readonly chain: readonly Certificate[]
  readonly hash: DigestName
  sign(
    statement: CmsStatement,
  ): Promise<{ readonly signature: Uint8Array; readonly algorithm: string }>
}

/** Whoever has the keys: this plugin never does. */
export type SigningKeys = (
  wish: Pick<SigningWish, 'by' | 'recipient'>,
  ctx: Context,
) => Promise<Signer>

/** A name of a certificate has 64 characters at most (RFC 5280, ub-common-name). */
const LONGEST_NAME = 64

/** The tenant's keys: a certificate of one signature for a person, the organisation's own for a seal. */
export const hostKeys: SigningKeys = ({ by, recipient }, ctx) =>
  by.kind === 'person' ? person(by.key, recipient.name, ctx) : organisation(by.key, ctx)

async function person(key: string, name: string, { keys }: Context): Promise<Signer> {
  const subject = { commonName: name.slice(0, LONGEST_NAME) }
  const made = await keys.sign({ usage: 'certificate', key, subject })
  const hash = hashOf(made.algorithm)
  return {
    certificate: readCertificate(fromBase64(made.certificate)),
    chain: made.chain.map((one) => readCertificate(fromBase64(one))),
    hash,
    sign: (statement) => sign(keys, { key, oneTimeKey: made.oneTimeKey }, hash, statement),
  }
}

async function organisation(key: string, { keys }: Context): Promise<Signer> {
  const { algorithm, versions } = await keys.publicKey(key)
  const [certificate, ...chain] = (versions[0]?.certificates ?? []).flatMap(readCertificates)
  if (certificate === undefined) {
    throw new Refusal(
      'SEAL_NOT_CERTIFIED',
      `Key ${key} has no certificate: have it certified, and put the chain to it.`,
    )
  }
  const hash = hashOf(algorithm)
  return { certificate, chain, hash, sign: (statement) => sign(keys, { key }, hash, statement) }
}

async function sign(
  keys: Context['keys'],
  by: { readonly key: string; readonly oneTimeKey?: string },
  hash: DigestName,
  { signedAttributes, parts, documentSha256, digest }: CmsStatement,
) {
  const { signature, algorithm } = await keys.sign({
    ...by,
    usage: 'cms',
    signedAttributes: encodeBase64(signedAttributes),
    documentSha256,
    documentParts: parts.map((one) =>
      one instanceof Uint8Array ? { data: encodeBase64(one) } : one,
    ),
    digestAlgorithm: hash as 'sha256' | 'sha384' | 'sha512' | 'sm3',
    digest,
  })
  return { signature: fromBase64(signature), algorithm }
}

/** By what a key of the host signs (its docs, `keys:sign`). */
function hashOf(algorithm: string): DigestName {
  if (algorithm === 'sm2') return 'sm3'
  if (algorithm === 'ed25519') return 'sha512'
  return algorithm === 'ec-p384' ? 'sha384' : 'sha256'
}
