import type { Context } from '@signalbox/sdk'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { readCrl } from '../certificates/crl.ts'
import { ocspRequest } from '../certificates/ocsp-request.ts'
import { readOrNothing } from '../der/malformed.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { type Evidence, type LinkProof, linkProof } from './link-proof.ts'
import type { ProofFault } from './proof-faults.ts'
import type { MissingWord } from './proof-plan.ts'
import { type Answer, basicOf, keepAnswer, MAX_ANSWER_BYTES } from './revocation-store.ts'

/** Of an address that is dead the rest of a run should not wait. */
const PATIENCE_MS = 4000
const HOST = 'host'

/** Why there is still no word, and the address that it is about. */
export interface Silence {
  readonly fault: ProofFault
  readonly message: string
}

export type Heard = { readonly evidence: Evidence } | { readonly silence: Silence }

/**
 * Asks whoever a certificate names: its responder (RFC 6960 appendix A, by POST, else by GET), then its lists (RFC 5280 §4.2.1.13). What does not
 * answer the question, or is not signed by whom it must be, is not kept.
 */
export async function askRevocation(ctx: Context, word: MissingWord): Promise<Heard> {
  const { ocspUris = [], crlUris = [] } = word.certificate.extensions
  const silences: Silence[] = []
  for (const address of webAddresses(ocspUris)) {
    const heard = await hear(ctx, word, address, () => askResponder(ctx, address, word))
    if ('evidence' in heard) return heard
    silences.push(heard.silence)
  }
  for (const address of webAddresses(crlUris)) {
    const heard = await hear(ctx, word, address, () => get(ctx, address))
    if ('evidence' in heard) return heard
    silences.push(heard.silence)
  }
  return { silence: silences.toSorted(byCure)[0] ?? nobodyNamed(word) }
}

/** A host that was not granted is the first thing that an admin can mend. */
const cures: readonly ProofFault[] = [
  'REVOCATION_NOT_GRANTED',
  'REVOCATION_STALE',
  'REVOCATION_UNREACHABLE',
]

function byCure(one: Silence, other: Silence): number {
  return cures.indexOf(one.fault) - cures.indexOf(other.fault)
}

function nobodyNamed({ certificate, isStale }: MissingWord): Silence {
  const fault = isStale ? 'REVOCATION_STALE' : 'REVOCATION_MISSING'
  return { fault, message: `It is about ${certificate.subject.text}.` }
}

/** LDAP and others are passed over; three of a kind are what authorities have. */
function webAddresses(uris: readonly string[]): readonly string[] {
  return uris.filter((uri) => /^https?:\/\//i.test(uri)).slice(0, 3)
}

async function hear(
  ctx: Context,
  word: MissingWord,
  address: string,
  ask: () => Promise<Uint8Array>,
): Promise<Heard> {
  const about = `${address}, of ${word.certificate.subject.text}`
  try {
    const bytes = await ask()
    const evidence = evidenceOf(bytes)
    const proof = linkProof(evidence, word)
    if (proof.kind === 'ocsp' || proof.kind === 'crl') {
      await keepAnswer(ctx, answerOf(proof, word.certificate), { address, by: HOST })
      return { evidence }
    }
    if (proof.kind === 'missing' && proof.isStale) {
      return silent('REVOCATION_STALE', `What it says is too old: ${about}.`)
    }
    return silent('REVOCATION_UNREACHABLE', `It does not answer the question: ${about}.`)
  } catch (error) {
    const { code = 'no answer' } = error as { code?: string }
    const isBarred = code === 'CORE_FETCH_NOT_GRANTED' || code === 'CORE_CAPABILITY_NOT_GRANTED'
    return silent(
      isBarred ? 'REVOCATION_NOT_GRANTED' : 'REVOCATION_UNREACHABLE',
      `${code}: ${about}.`,
    )
  }
}

function silent(fault: ProofFault, message: string): Heard {
  return { silence: { fault, message } }
}

function evidenceOf(bytes: Uint8Array): Evidence {
  const crl = readOrNothing(() => readCrl(bytes))
  return { crls: crl === undefined ? [] : [crl], responses: basicOf(bytes) }
}

/** Where a response does not say until when it holds there is always a newer one (RFC 6960 §4.2.2.1): it is asked for each time. */
function answerOf(proof: Extract<LinkProof, { kind: 'crl' | 'ocsp' }>, about: Certificate): Answer {
  if (proof.kind === 'crl') {
    return { kind: 'crl', crl: proof.crl, issuer: about.issuer.text.slice(0, 1000) }
  }
  const { response, thisUpdate } = proof
  const answer = response.answers.find((one) => one.thisUpdate === thisUpdate)
  const nextUpdate = answer?.nextUpdate ?? thisUpdate
  return { kind: 'ocsp', response, about, thisUpdate, nextUpdate }
}

async function askResponder(ctx: Context, address: string, { certificate, issuer }: MissingWord) {
  const body = ocspRequest({ certificate, issuer })
  const headers = { 'content-type': 'application/ocsp-request' }
  const init = { method: 'POST', headers, body: new Uint8Array(body) }
  try {
    return await bytesOf(ctx, address, init)
  } catch (error) {
    if ((error as { code?: string }).code !== 'OTHER_STATUS') throw error
  }
  const path = encodeURIComponent(encodeBase64(body))
  return get(ctx, `${address.replace(/\/$/, '')}/${path}`)
}

/** The certificate of an issuer, from where the certificate below says that it is. */
export async function askIssuer(
  ctx: Context,
  certificate: Certificate,
): Promise<Certificate | undefined> {
  for (const address of webAddresses(certificate.extensions.issuerUris ?? [])) {
    try {
      const bytes = await get(ctx, address)
      const issuer = readOrNothing(() => readCertificate(bytes))
      if (issuer !== undefined) return issuer
    } catch (error) {
      const { code = 'no answer' } = error as { code?: string }
      ctx.log.warn('an issuer is not to be had', { address, code })
    }
  }
  return undefined
}

function get(ctx: Context, address: string): Promise<Uint8Array> {
  return bytesOf(ctx, address, { method: 'GET' })
}

async function bytesOf(ctx: Context, address: string, init: RequestInit): Promise<Uint8Array> {
  const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(PATIENCE_MS)])
  const answer = await fetch(address, { ...init, signal })
  if (!answer.ok) throw coded('OTHER_STATUS', `status ${answer.status}`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (bytes.length > MAX_ANSWER_BYTES) throw coded('TOO_LARGE', `${bytes.length} bytes`)
  return bytes
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
