import { type Certificate, isSameCertificate, isSelfIssued } from '../certificates/certificate.ts'
import { type PathVerdict, validatePath } from '../certificates/validate-path.ts'
import { equalBytes } from '../der/bytes.ts'
import type { ProofsRequest } from '../signing/signing-plan.ts'
import { type Evidence, type Link, type LinkProof, linkProof, statusOf } from './link-proof.ts'
import type { PathQuestion } from './path-question.ts'
import { cannotProve } from './proof-faults.ts'

export interface Knowledge {
  /** Whom the tenant trusts; none: the roots that stand beside a signature are taken for what they say they are. */
  readonly anchors: readonly Certificate[]
  /** Certificates from elsewhere. */
  readonly certificates: readonly Certificate[]
  readonly evidence: Evidence
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Only what was said after a signature was there counts for it. */
  readonly isFreshOnly: boolean
}

/** Of whom nobody has said anything that counts. */
export interface MissingWord extends Link {
  readonly isStale: boolean
}

export interface ProofPlan {
  readonly request: ProofsRequest
  readonly missing: readonly MissingWord[]
  /** Where chains end before a root: certificates whose issuer is not known. */
  readonly issuerless: readonly Certificate[]
}

/**
 * What goes into a file's security store for its questions: each chain up to its root, and for each certificate of it but the root the word
 * of a list or a responder (ETSI EN 319 142-1 §5.4.2.2, §6.3 table 1).
 * @throws Refusal CERTIFICATE_REVOKED, CHAIN_INVALID
 */
export function planProofs(questions: readonly PathQuestion[], knowledge: Knowledge): ProofPlan {
  const [missing, issuerless]: [MissingWord[], Certificate[]] = [[], []]
  const store = new Store()
  for (const question of questions) {
    const links = new Links(knowledge, question)
    const verdict = pathOf(question, knowledge, links)
    const open = requireSound(verdict)
    if (open !== undefined) issuerless.push(open)
    missing.push(...links.missingIn(verdict.path))
    store.add(question.vriKey, verdict.path, links.usedIn(verdict.path))
  }
  return { request: store.request(), missing, issuerless }
}

function pathOf(
  { certificate, beside, at, purpose }: PathQuestion,
  { anchors, certificates }: Knowledge,
  links: Links,
): PathVerdict {
  const intermediates = [...beside, ...certificates]
  const trusted = anchors.length > 0 ? anchors : intermediates.filter(isSelfIssued)
  const revocation = (one: Certificate, issuer: Certificate) =>
    statusOf(links.proofOf(one, issuer).proof)
  return validatePath({ certificate, intermediates, anchors: trusted, at, purpose, revocation })
}

/** @returns the certificate at which a chain ends too early */
function requireSound({ trusted, path, reasons }: PathVerdict): Certificate | undefined {
  if (trusted) return undefined
  const revoked = reasons.find(({ code }) => code === 'revoked')
  if (revoked !== undefined) {
    throw cannotProve('CERTIFICATE_REVOKED', `${revoked.subject} had been revoked.`)
  }
  const other = reasons.find(({ code }) => code !== 'no-trusted-root')
  if (other !== undefined) {
    throw cannotProve('CHAIN_INVALID', `${other.subject}: ${other.code}.`)
  }
  return path.at(-1)
}

interface Answered {
  readonly proof: LinkProof
  /** Of the responder who gave the proof, where he has to be proven too. */
  readonly beside: readonly LinkProof[]
  readonly missing: readonly MissingWord[]
}

/** What is said of the links of one chain, each looked up once. */
class Links {
  readonly #knowledge: Knowledge
  readonly #question: PathQuestion
  readonly #answers: { of: Certificate; by: Certificate; answered: Answered }[] = []

  constructor(knowledge: Knowledge, question: PathQuestion) {
    this.#knowledge = knowledge
    this.#question = question
  }

  proofOf(certificate: Certificate, issuer: Certificate): Answered {
    const known = this.#answers.find(
      ({ of, by }) => isSameCertificate(of, certificate) && isSameCertificate(by, issuer),
    )
    if (known !== undefined) return known.answered
    const { now, isFreshOnly, evidence } = this.#knowledge
    const { at } = this.#question
    const fresh = isFreshOnly ? { notBefore: at } : {}
    const answered = answeredBy(evidence, { certificate, issuer, at, now, ...fresh })
    this.#answers.push({ of: certificate, by: issuer, answered })
    return answered
  }

  missingIn(path: readonly Certificate[]): MissingWord[] {
    return this.#along(path).flatMap(({ missing }) => missing)
  }

  usedIn(path: readonly Certificate[]): LinkProof[] {
    return this.#along(path).flatMap(({ proof, beside }) => [proof, ...beside])
  }

  #along(path: readonly Certificate[]): Answered[] {
    return path.slice(0, -1).map((one, at) => this.proofOf(one, path[at + 1] as Certificate))
  }
}

/** A responder who says that nobody asks about himself is believed (RFC 6960 §4.2.2.2.1), as is one who names nobody to ask; of others there is a list. */
function answeredBy(evidence: Evidence, link: Link): Answered {
  const { crls } = evidence
  const missing: MissingWord[] = []
  let { responses } = evidence
  for (;;) {
    const proof = linkProof({ crls, responses }, link)
    if (proof.kind === 'missing') {
      return { proof, beside: [], missing: [...missing, { ...link, isStale: proof.isStale }] }
    }
    if (proof.kind !== 'ocsp' || !isAskedAbout(proof.responder)) {
      return { proof, beside: [], missing: [] }
    }
    const { response, responder } = proof
    const { issuer, now } = link
    const about = { certificate: responder as Certificate, issuer, at: response.producedAt, now }
    const own = linkProof({ crls, responses: [] }, about)
    const status = statusOf(own)
    const isGood = status.status === 'good' || (status.status === 'revoked' && status.at > about.at)
    if (isGood) return { proof, beside: [own], missing: [] }
    if (own.kind === 'missing') missing.push({ ...about, isStale: own.isStale })
    responses = responses.filter((one) => one !== response)
  }
}

function isAskedAbout(responder: Certificate | undefined): boolean {
  if (responder === undefined) return false
  const { hasNoCheck, crlUris = [], ocspUris = [] } = responder.extensions
  return hasNoCheck !== true && crlUris.length + ocspUris.length > 0
}

/** The store of a file as it grows: nothing stands in it twice. */
class Store {
  readonly #certificates: Uint8Array[] = []
  readonly #ocsps: Uint8Array[] = []
  readonly #crls: Uint8Array[] = []
  readonly #vri = new Map<string, Record<'certificates' | 'ocsps' | 'crls', Set<number>>>()

  add(key: string, path: readonly Certificate[], proofs: readonly LinkProof[]): void {
    const own = this.#vri.get(key) ?? {
      certificates: new Set(),
      ocsps: new Set(),
      crls: new Set(),
    }
    this.#vri.set(key, own)
    for (const { der } of path) own.certificates.add(indexIn(this.#certificates, der))
    for (const proof of proofs) {
      if (proof.kind === 'crl') own.crls.add(indexIn(this.#crls, proof.crl.der))
      if (proof.kind !== 'ocsp') continue
      own.ocsps.add(indexIn(this.#ocsps, proof.response.der))
      const { responder } = proof
      if (responder !== undefined) {
        own.certificates.add(indexIn(this.#certificates, responder.der))
      }
    }
  }

  request(): ProofsRequest {
    const vri = [...this.#vri].map(([key, { certificates, ocsps, crls }]) => ({
      ...{ key, certificates: [...certificates], ocsps: [...ocsps], crls: [...crls] },
    }))
    return { certificates: this.#certificates, ocsps: this.#ocsps, crls: this.#crls, vri }
  }
}

function indexIn(list: Uint8Array[], der: Uint8Array): number {
  const known = list.findIndex((one) => equalBytes(one, der))
  return known < 0 ? list.push(der) - 1 : known
}
