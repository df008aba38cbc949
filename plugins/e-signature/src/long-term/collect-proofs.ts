import type { Context } from '@signalbox/sdk'
import type { Certificate } from '../certificates/certificate.ts'
import { trustAnchorsOf } from '../certificates/trust-anchors.ts'
import { settingsOf } from '../settings.ts'
import type { ProofsRequest } from '../signing/signing-plan.ts'
import { askIssuer, askRevocation, type Silence } from './ask-revocation.ts'
import type { Evidence } from './link-proof.ts'
import type { PathQuestion } from './path-question.ts'
import { cannotProve } from './proof-faults.ts'
import { type Knowledge, type MissingWord, planProofs } from './proof-plan.ts'
import { keptEvidence, subjectOfCertificate } from './revocation-store.ts'

/** Each turn may find an issuer, and what is asked of him: chains have four certificates, and one responder. */
const ROUNDS = 6

/**
 * All that the questions need: from what is kept, then from whoever the certificates name.
 * @throws Refusal CERTIFICATE_REVOKED, CHAIN_INVALID, CHAIN_UNTRUSTED, REVOCATION_NOT_GRANTED, REVOCATION_UNREACHABLE, REVOCATION_STALE,
 *   REVOCATION_MISSING
 */
export async function collectProofs(
  ctx: Context,
  questions: readonly PathQuestion[],
): Promise<ProofsRequest> {
  const { revocation: { freshOnly = false } = {}, ...settings } = settingsOf(ctx.config)
  const anchors = trustAnchorsOf(settings)
  const beside = questions.flatMap((one) => [one.certificate, ...one.beside])
  let knowledge: Knowledge = {
    ...{ anchors, certificates: [], now: ctx.now(), isFreshOnly: freshOnly },
    evidence: await keptEvidence(ctx, [...beside, ...anchors]),
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const { request, missing, issuerless } = planProofs(questions, knowledge)
    if (missing.length === 0 && issuerless.length === 0) return request
    // Between two turns, so that long chains of many signers are not one.
    const issuers = await issuersOf(ctx, issuerless)
    const heard = await wordsOn(ctx, missing)
    if (issuers.length === 0 && heard.evidence.length === 0) throw silenced(heard, issuerless)
    const certificates = [...knowledge.certificates, ...issuers]
    const kept = await keptEvidence(ctx, issuers)
    const evidence = [knowledge.evidence, kept, ...heard.evidence].reduce(both)
    knowledge = { ...knowledge, certificates, evidence }
  }
  throw cannotProve('CHAIN_INVALID', 'Its chains do not come to an end.')
}

async function issuersOf(ctx: Context, issuerless: readonly Certificate[]): Promise<Certificate[]> {
  const found: Certificate[] = []
  for (const certificate of distinct(issuerless, (one) => one)) {
    const issuer = await askIssuer(ctx, certificate)
    if (issuer !== undefined) found.push(issuer)
  }
  return found
}

interface HeardAll {
  readonly evidence: readonly Evidence[]
  readonly silences: readonly Silence[]
}

async function wordsOn(ctx: Context, missing: readonly MissingWord[]): Promise<HeardAll> {
  const [evidence, silences]: [Evidence[], Silence[]] = [[], []]
  for (const word of distinct(missing, ({ certificate }) => certificate)) {
    const heard = await askRevocation(ctx, word)
    if ('evidence' in heard) evidence.push(heard.evidence)
    else silences.push(heard.silence)
  }
  return { evidence, silences }
}

function silenced({ silences }: HeardAll, issuerless: readonly Certificate[]) {
  const [silence] = silences
  if (silence !== undefined) return cannotProve(silence.fault, silence.message)
  const [open] = issuerless
  return cannotProve('CHAIN_UNTRUSTED', `Nobody knows the issuer of ${open?.subject.text}.`)
}

function both(one: Evidence, other: Evidence): Evidence {
  return {
    crls: [...one.crls, ...other.crls],
    responses: [...one.responses, ...other.responses],
  }
}

/** Of the same certificate the last, which is the one of the latest signature. */
function distinct<Item>(items: readonly Item[], of: (item: Item) => Certificate): Item[] {
  return [...new Map(items.map((item) => [subjectOfCertificate(of(item)), item])).values()]
}
