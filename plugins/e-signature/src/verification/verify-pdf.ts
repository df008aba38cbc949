import type { Certificate } from '../certificates/certificate.ts'
import { ReadingFault } from '../reading/reading-fault.ts'
import { type Collected, collectSignatures, revisionEnd } from './collect-signatures.ts'
import { type HiddenObject, hiddenObjects } from './hidden-objects.ts'
import { judgeSignatures } from './judge-signatures.ts'
import type { PdfReport, SignatureReport } from './pdf-report.ts'
import { proofsOf } from './proofs.ts'
import { type RangeRequest, rangeDigests } from './range-digests.ts'
import { type Revisions, readRevisions } from './revision-states.ts'

export interface VerifyRequest {
  readonly bytes: Uint8Array
  readonly anchors: readonly Certificate[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Verifies all signatures of a PDF. Any bytes whatever have an answer: what cannot be read is told as that. It stops between its steps, so
 * that whoever runs it can let others run.
 */
export function* verifyPdf(request: VerifyRequest): Generator<void, PdfReport> {
  const { bytes } = request
  let revisions: Revisions
  try {
    revisions = readRevisions(bytes)
  } catch (error) {
    return unreadable(bytes, error)
  }
  const trailer = revisions.last.state.sections[0]?.trailer
  if (trailer?.entries.has('Encrypt') === true) {
    const problem = { code: 'PDF_ENCRYPTED', message: 'The file is encrypted.' }
    return { document: documentOf(revisions, [], { encrypted: true, problem }), signatures: [] }
  }
  yield
  try {
    return yield* signedFile(request, revisions)
  } catch (error) {
    return unreadable(bytes, error)
  }
}

function* signedFile(request: VerifyRequest, revisions: Revisions): Generator<void, PdfReport> {
  const collected = collectSignatures(revisions)
  yield
  const digests = digestsOf(request.bytes, collected)
  yield
  const proofs = proofsOf(revisions.last.state)
  const beside = collected.flatMap(({ container }) => besideOf(container))
  const surroundings = {
    anchors: request.anchors,
    certificates: [...proofs.certificates, ...beside.flatMap(({ certificates }) => certificates)],
    evidence: {
      crls: [...proofs.crls, ...beside.flatMap(({ crls }) => crls)],
      ocspResponses: [
        ...proofs.ocspResponses,
        ...beside.flatMap(({ ocspResponses }) => ocspResponses),
      ],
    },
    now: request.now,
  }
  const hidden = hiddenOf(revisions, collected)
  const signatures: SignatureReport[] = yield* judgeSignatures({
    revisions,
    collected,
    digests,
    surroundings,
    hidden,
    issuing: new Map(),
  })
  return { document: documentOf(revisions, hidden, {}), signatures }
}

function besideOf(container: Collected['container']) {
  if (container.kind === 'signature') return [container.data]
  return container.kind === 'timestamp' ? [container.token.signedData] : []
}

function digestsOf(bytes: Uint8Array, collected: readonly Collected[]): Map<Collected, Uint8Array> {
  const requests = new Map<RangeRequest, Collected>()
  for (const one of collected) {
    if (one.range === undefined || one.container.kind === 'unreadable') continue
    requests.set({ range: one.range, by: one.container.by }, one)
  }
  const digests = rangeDigests(bytes, [...requests.keys()])
  return new Map(
    [...digests].map(([request, digest]) => [requests.get(request) as Collected, digest]),
  )
}

/** In what any signature covers; without one there is nothing to hide from. */
function hiddenOf(revisions: Revisions, collected: readonly Collected[]): readonly HiddenObject[] {
  const ends = collected.flatMap(({ range, signed }) =>
    range === undefined || signed === undefined ? [] : [revisionEnd(revisions, range)],
  )
  if (ends.length === 0) return []
  try {
    return hiddenObjects(revisions.last.state, 0, Math.max(...ends))
  } catch (error) {
    if (error instanceof ReadingFault) return []
    throw error
  }
}

function documentOf(
  { last, ends, file }: Revisions,
  hidden: readonly HiddenObject[],
  more: Partial<PdfReport['document']>,
): PdfReport['document'] {
  return {
    size: file.bytes.length,
    pages: last.pages.length,
    encrypted: false,
    revisions: ends.length,
    hidden,
    ...more,
  }
}

function unreadable(bytes: Uint8Array, error: unknown): PdfReport {
  if (!(error instanceof ReadingFault)) throw error
  const problem = { code: error.code, message: error.message }
  return {
    document: { size: bytes.length, pages: 0, encrypted: false, revisions: 0, hidden: [], problem },
    signatures: [],
  }
}
