import { type KeyObject, sign, verify } from 'node:crypto'
import { isOfKind, type KeyKind, keyIdOf } from './key-id.ts'
import { refused, type Verdict } from './verdict.ts'

/** What a statement is about: a package by its purl, or a file, with digests in hexadecimal. */
export interface Subject {
  readonly name: string
  readonly digest: { readonly sha512: string }
}

export interface Statement<Predicate = unknown> {
  readonly subject: readonly Subject[]
  readonly predicate: Predicate
}

export interface SignedStatement<Predicate> extends Statement<Predicate> {
  /** Of the key whose signature was good. */
  readonly keyid: string
}

/** What statements are of: one is never taken for another (DSSE binds the type of the payload, in-toto the predicate's). */
export const predicateTypes = {
  package: 'urn:signalbox:trust:package:v1',
  release: 'urn:signalbox:trust:release:v1',
  approval: 'urn:signalbox:trust:approval:v1',
  key: 'urn:signalbox:trust:key:v1',
  advisories: 'urn:signalbox:trust:advisories:v1',
} as const
export type PredicateName = keyof typeof predicateTypes

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** A statement lists up to some thousand files of up to some hundred characters each. */
export const MAX_ENVELOPE_BYTES = 4 * 1024 * 1024

/**
 * An in-toto Statement v1 in a DSSE envelope v1 (secure-systems-lab/dsse): the signature is over the bytes that travel,
 * so no two readers can disagree about a canonical form. Ed25519, or ECDSA P-256 with SHA-256 as DER.
 * @returns the envelope as JSON
 */
export function signStatement(
  name: PredicateName,
  { subject, predicate }: Statement,
  privateKey: KeyObject,
): string {
  const payload = Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject,
      predicateType: predicateTypes[name],
      predicate,
    }),
  )
  const sig = sign(digestFor(privateKey), encoded(payload), privateKey).toString('base64')
  const signatures = [{ keyid: keyIdOf(privateKey), sig }]
  const envelope = { payload: payload.toString('base64'), payloadType: PAYLOAD_TYPE, signatures }
  return `${JSON.stringify(envelope, null, 2)}\n`
}

export interface KeyChoice {
  readonly kind: KeyKind
  /** @returns undefined where the key is not trusted for this */
  readonly find: (keyid: string) => KeyObject | undefined
}

/** What a statement says, once one of the chosen keys has signed it. Reads whatever somebody put into a package. */
export function openStatement<Predicate>(
  text: string,
  name: PredicateName,
  { kind, find }: KeyChoice,
): Verdict<{ readonly statement: SignedStatement<Predicate> }> {
  const read = readEnvelope(text)
  if (read === undefined) {
    return refused('is no DSSE envelope of one signature', '不是只含一个签名的 DSSE 信封')
  }
  const { payload, keyid, sig } = read
  const key = find(keyid)
  if (key === undefined || !isOfKind(key, kind) || keyIdOf(key) !== keyid) {
    return refused(
      `is signed by ${keyid}, which is not trusted here`,
      `由 ${keyid} 签名，该密钥在此不受信任`,
    )
  }
  if (!verify(digestFor(key), encoded(payload), key, sig)) {
    return refused(`has a signature that is not ${keyid}'s`, `签名与密钥 ${keyid} 不符`)
  }
  const statement = readStatement(payload, name)
  if (statement === undefined) {
    return refused(
      `is no statement of the kind ${predicateTypes[name]}`,
      `不是 ${predicateTypes[name]} 类型的声明`,
    )
  }
  return { ok: true, statement: { ...(statement as Statement<Predicate>), keyid } }
}

/** @returns the key that an envelope names, without believing it */
export function claimedKeyId(text: string): string | undefined {
  return readEnvelope(text)?.keyid
}

/** DSSE's pre-authentication encoding. */
function encoded(payload: Buffer): Buffer {
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `
  return Buffer.concat([Buffer.from(head), payload])
}

function digestFor(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
}

function readEnvelope(text: string): { payload: Buffer; keyid: string; sig: Buffer } | undefined {
  if (text.length > MAX_ENVELOPE_BYTES) return undefined
  const { payload, payloadType, signatures } = objectOf(text) ?? {}
  if (typeof payload !== 'string' || payloadType !== PAYLOAD_TYPE) return undefined
  if (!Array.isArray(signatures) || signatures.length !== 1) return undefined
  const { keyid, sig } = (signatures[0] ?? {}) as Record<string, unknown>
  if (typeof keyid !== 'string' || typeof sig !== 'string') return undefined
  return { payload: Buffer.from(payload, 'base64'), keyid, sig: Buffer.from(sig, 'base64') }
}

function readStatement(payload: Buffer, name: PredicateName): Statement | undefined {
  const { _type, subject, predicateType, predicate } = objectOf(payload.toString('utf8')) ?? {}
  if (_type !== STATEMENT_TYPE || predicateType !== predicateTypes[name]) return undefined
  if (typeof predicate !== 'object' || predicate === null) return undefined
  if (!Array.isArray(subject) || !subject.every(isSubject)) return undefined
  return { subject, predicate }
}

function isSubject(value: unknown): value is Subject {
  const { name, digest } = (value ?? {}) as Record<string, unknown>
  const { sha512 } = (digest ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof sha512 === 'string' && /^[0-9a-f]{128}$/.test(sha512)
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
