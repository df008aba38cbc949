import type { Certificate } from '../certificates/certificate.ts'
import { type CheckedSignature, checkSignature } from './check-container.ts'
import { claimedTime } from './claimed-time.ts'
import type { Collected } from './collect-signatures.ts'
import { revisionEnd } from './collect-signatures.ts'
import { breaks, type FaultCode } from './faults.ts'
import type { HiddenObject } from './hidden-objects.ts'
import { chainOf, isProven, signerPath } from './judge-chain.ts'
import { isAllowed, type SignatureRules } from './judge-change.ts'
import {
  type JudgedToken,
  judgeToken,
  judgeTokens,
  pathIsBroken,
  type Surroundings,
} from './judge-time.ts'
import { dictionaryFaults, levelOf } from './level.ts'
import type { ChangesAfter, JudgedChange, SignatureReport } from './pdf-report.ts'
import { hasProofs } from './proofs.ts'
import { changesAfter, type LaterChange, type Revisions } from './revision-states.ts'
import { hasStray, type IssuingMemory } from './stray-certificates.ts'

export interface Judging {
  readonly revisions: Revisions
  readonly collected: readonly Collected[]
  readonly digests: ReadonlyMap<Collected, Uint8Array>
  readonly surroundings: Surroundings
  readonly hidden: readonly HiddenObject[]
  readonly issuing: IssuingMemory
}

/** One signature with what holds of it by itself, before it is asked what came after. */
interface Judged {
  readonly one: Collected
  readonly faults: FaultCode[]
  readonly intact: boolean
  readonly checked?: CheckedSignature
  /** Tokens within the signature; of a time stamp over the document, that itself. */
  readonly tokens: readonly JudgedToken[]
}

/** Time stamps over the document first: they prove when the signatures that they cover were there. */
export function* judgeSignatures(judging: Judging): Generator<void, SignatureReport[]> {
  const judged: Judged[] = []
  for (const one of judging.collected) {
    judged.push(judgeItself(judging, one))
    yield
  }
  const reports: SignatureReport[] = []
  for (const one of judged) {
    reports.push(reportOf(judging, judged, one))
    yield
  }
  return reports
}

function judgeItself(judging: Judging, one: Collected): Judged {
  const { container } = one
  const faults: FaultCode[] = [...one.faults]
  const digest = judging.digests.get(one)
  if (container.kind === 'unreadable' || digest === undefined) {
    if (container.kind === 'unreadable') faults.push(container.fault)
    return { one, faults: [...new Set(faults)], intact: false, tokens: [] }
  }
  const end = one.range === undefined ? 0 : one.range.end
  if (judging.hidden.some(({ at }) => at < end)) faults.push('HIDDEN_CONTENT')
  if (container.kind === 'timestamp') {
    const token = judgeToken(container.token, { digest }, judging.surroundings)
    const own = token.faults.map((fault) =>
      fault === 'TIMESTAMP_OF_ANOTHER' ? 'DIGEST_MISMATCH' : fault,
    )
    if (container.token.signedData.trailing === 'data') own.push('CMS_DATA_AFTER')
    const all = [...new Set([...faults, ...own])]
    return { one, faults: all, intact: token.holds && !all.some(breaks), tokens: [token] }
  }
  const checked = checkSignature(container, digest, judging.surroundings.certificates)
  const { timestamps } = checked.verdict
  const stamps = judgeTokens(timestamps, container.signer.signature, judging.surroundings)
  const all = [...new Set([...faults, ...checked.faults, ...stamps.faults])]
  const intact = checked.verdict.intact && !all.some(breaks)
  return { one, faults: all, intact, checked, tokens: stamps.judged }
}

function reportOf(judging: Judging, all: readonly Judged[], judged: Judged): SignatureReport {
  const { one, checked, intact } = judged
  const stamps = stampsOver(all, judged)
  const proven = earliest(stamps.filter(({ verdict }) => verdict.valid))
  const time = timeOf(judged, proven)
  const chain = chainReport(judging, judged, proven ?? judging.surroundings.now)
  const faults: FaultCode[] = [...judged.faults]
  if (chain.isBroken) faults.push('CERTIFICATE_PATH_BROKEN')
  if (holdsStray(judging, judged, chain.path)) faults.push('CERTIFICATE_STRAY')
  const level = levelReport(judging, all, judged, { stamps, isProven: chain.isProven })
  if (intact && checked !== undefined && level.level === undefined) faults.push('NOT_BASELINE')
  const changes = changesOf(judging, all, one)
  const certificate = checked?.verdict.certificate ?? judged.tokens[0]?.verdict.certificate
  const { name, reason } = one.signature.claimed
  const organization = certificate?.subject.organization
  return {
    field: one.signature.field || '?',
    kind: one.signature.isTimestamp ? 'timestamp' : 'signature',
    signer: certificate?.subject.commonName ?? certificate?.subject.text ?? name ?? '',
    ...(organization === undefined ? {} : { organization }),
    ...(reason === undefined ? {} : { reason }),
    intact,
    ...changes,
    ...chain.report,
    ...time,
    ...level,
    faults: [...new Set(faults)],
    ...(checked?.verdict.algorithm === undefined ? {} : { algorithm: checked.verdict.algorithm }),
    ...(one.container.kind === 'unreadable' ? {} : { digest: one.container.by }),
  }
}

/** Tokens over the signature, and time stamps over documents that hold all of it. */
function stampsOver(all: readonly Judged[], { one, tokens }: Judged): JudgedToken[] {
  const end = one.range?.end
  const later = all.filter(
    (other) =>
      other.one.signature.isTimestamp &&
      other.intact &&
      end !== undefined &&
      other.one.range !== undefined &&
      other.one.range.gap >= end,
  )
  return [...tokens.filter(({ holds }) => holds), ...later.flatMap((other) => other.tokens)]
}

function earliest(tokens: readonly JudgedToken[]): number | undefined {
  return tokens.length === 0 ? undefined : Math.min(...tokens.map(({ verdict }) => verdict.time))
}

function timeOf({ one, checked, intact }: Judged, proven: number | undefined) {
  if (proven !== undefined && intact) return { time: proven, timeSource: 'timestamp' as const }
  const claimed = checked?.verdict.signingTime ?? claimedTime(one.signature.claimed.time)
  if (claimed === undefined) return { timeSource: 'none' as const }
  return { time: claimed, timeSource: 'signer' as const }
}

function chainReport({ surroundings }: Judging, { one, checked, tokens }: Judged, at: number) {
  const certificate = checked?.verdict.certificate
  const beside = one.container.kind === 'signature' ? one.container.data.certificates : []
  const path =
    certificate === undefined
      ? tokens[0]?.verdict.path
      : signerPath(certificate, beside, at, surroundings)
  return {
    report: { chain: chainOf(path), chainReasons: path?.reasons.slice(0, 10) ?? [] },
    path: path?.path ?? [],
    isBroken: pathIsBroken(path),
    isProven: isProven(path),
  }
}

function holdsStray(
  { surroundings, issuing }: Judging,
  { one, tokens }: Judged,
  path: readonly Certificate[],
): boolean {
  const used = [...path, ...tokens.flatMap(({ verdict }) => verdict.path?.path ?? [])]
  const own = one.container.kind === 'signature' ? one.container.data.certificates : []
  const held = [...own, ...tokens.flatMap(({ token }) => token.signedData.certificates)]
  const known = [...surroundings.anchors, ...surroundings.certificates, ...held]
  return hasStray(held, used, known, issuing)
}

function levelReport(
  judging: Judging,
  all: readonly Judged[],
  { one, checked, intact }: Judged,
  known: { readonly stamps: readonly JudgedToken[]; readonly isProven: boolean },
) {
  if (checked === undefined) return { baseline: [] }
  const dictionary = dictionaryFaults(one.signature)
  const isStored = hasProofs(judging.revisions.last.state)
  const first = known.stamps[0]
  const isLasting = isStored && known.isProven && isProven(first?.verdict.path)
  const isArchived = all.some(
    ({ one: other, intact: holds }) =>
      other.signature.isTimestamp &&
      holds &&
      other.signed !== undefined &&
      hasProofs(other.signed.state),
  )
  const { baseline } = checked
  const hasTimestamp = known.stamps.length > 0
  const level = levelOf({
    isIntact: intact,
    dictionary,
    baseline,
    hasTimestamp,
    hasProofs: isLasting,
    isArchived,
  })
  const missing = [...dictionary, ...baseline]
  return level === undefined ? { baseline: missing } : { level, baseline: missing }
}

function changesOf(judging: Judging, all: readonly Judged[], one: Collected) {
  const { revisions, collected } = judging
  const size = revisions.file.bytes.length
  const rules = rulesOf(collected, one)
  const shared = {
    certifies: one.limits.certifies,
    permissions: rules.level,
  }
  if (one.range === undefined || one.signed === undefined) {
    const unknown: JudgedChange = {
      code: 'UNREADABLE',
      path: '',
      object: 0,
      revision: 1,
      allowed: false,
    }
    const nothing = { coversUntil: 0, coversWholeFile: false, revision: 0 }
    return { ...shared, ...nothing, changesAfter: 'suspicious' as const, changes: [unknown] }
  }
  const end = revisionEnd(revisions, one.range)
  const later = changesAfter(revisions, one.range.end)
  if (one.isGone) later.push(goneOf(one, revisions.ends.length))
  const intactFields = new Set(
    all.filter(({ intact }) => intact).map((it) => it.one.signature.field),
  )
  const changes = later.map((change) => ({
    ...change,
    allowed: allows(change, rules, intactFields),
  }))
  const covered = { coversUntil: one.range.end, coversWholeFile: one.range.end === size }
  const revision = Math.max(0, revisions.ends.indexOf(end)) + 1
  return { ...shared, ...covered, revision, changesAfter: summary(changes), changes }
}

function goneOf({ signature }: Collected, revision: number): LaterChange {
  return {
    code: 'SIGNATURE_REMOVED',
    path: '/Root/AcroForm/Fields',
    object: 0,
    field: signature.field,
    revision,
  }
}

/** A signature that came later is allowed for being one: where it does not hold, it is no more than a change. */
function allows(
  change: LaterChange,
  rules: SignatureRules,
  intactFields: ReadonlySet<string>,
): boolean {
  const isSigning = change.code === 'SIGNED' || change.code === 'TIMESTAMPED'
  if (isSigning && !intactFields.has(change.field ?? '')) return false
  return isAllowed(change, rules)
}

function summary(changes: readonly JudgedChange[]): ChangesAfter {
  if (changes.length === 0) return 'none'
  return changes.every(({ allowed }) => allowed) ? 'allowed' : 'suspicious'
}

/** A certification binds all that comes after it; the lock of a field binds from its own signature on. */
function rulesOf(collected: readonly Collected[], one: Collected): SignatureRules {
  const until = one.range?.end ?? Number.POSITIVE_INFINITY
  const before = collected.filter(({ range }) => range !== undefined && range.end <= until)
  const binding = [...new Set([...before, one])]
  const levels = binding.flatMap(({ limits }) => limits.level ?? [])
  const certified = binding.some(({ limits }) => limits.certifies)
  const locks = binding.flatMap(({ limits }) => limits.locks)
  return { level: levels.length === 0 ? 2 : (Math.min(...levels) as 1 | 2 | 3), certified, locks }
}
