import type { Company } from '../../test/support/company.ts'
import { judgeSignatures, withoutJudges } from '../../test/support/pdf-judges.ts'
import { hasTimestamp, pdfSignatures } from '../../test/support/pdf-signatures.ts'
import {
  buyer,
  defineContract,
  envelopes,
  fileOf,
  seller,
  sendContract,
} from '../../test/support/signing-company.ts'
import type { SigningRoom } from '../../test/support/signing-room.ts'
import { Visitor } from '../../test/support/signing-visitor.ts'
import { quantile, round1 } from '../quantile.ts'
import { caseBytes, casesThere } from './cases.ts'

const PLUGIN = '@signalbox/e-signature'
const VERIFICATION = 'signature.verification@1'
/** Buyer and seller. */
const SIGNERS = 2
const MEGABYTE = 1024 * 1024
/** Every so many bytes one is turned over. */
const STRIDE = 997
/** As many as the target speaks of, by files of two. */
const FILES_OF_FIFTY = 25

type Figures = Readonly<Record<string, unknown>>

/** Contracts signed by two visitors each, with a time stamp: others' programs judge each file. */
export async function signedContracts(
  company: Company,
  room: SigningRoom,
  count: number,
): Promise<Figures> {
  const without = await withoutJudges()
  if (without !== false) process.stderr.write(`${without}: no signature is judged\n`)
  await defineContract(company, { template: 'bench', isSealed: false })
  const faults: string[] = []
  let invalid = 0
  let file: Buffer = Buffer.alloc(0)
  for (let index = 0; index < count; index += 1) {
    const envelope = await signedEnvelope(company, room, 'bench')
    file = await fileOf(company, envelope)
    if (without !== false) continue
    const found = await judgeSignatures(file, room.openssl)
    invalid += invalidIn(file, found)
    faults.push(...found)
  }
  const judged = without === false ? { signatures_invalid: invalid } : {}
  return {
    ...{ signatures: count * SIGNERS, ...judged },
    ...(faults.length === 0 ? {} : { faults: faults.slice(0, 5) }),
    ...(await verifiedFifty(company, file)),
    ...(await tampered(company)),
  }
}

/** Of the signatures that should be there: those that are not, have no time stamp, or of which a judge complains. */
function invalidIn(file: Buffer, faults: readonly string[]): number {
  const sound = pdfSignatures(file).filter(
    (one, index) =>
      hasTimestamp(one) && !faults.some((fault) => fault.startsWith(`signature ${index + 1}:`)),
  )
  const isWhole = faults.every((fault) => fault.startsWith('signature '))
  return isWhole ? SIGNERS - sound.length : SIGNERS
}

async function signedEnvelope(
  company: Company,
  room: SigningRoom,
  template: string,
): Promise<string> {
  const envelope = await sendContract(company, { template, isSealed: false })
  for (const { email } of [buyer, seller]) await signed(new Visitor(company, room, email))
  return envelope
}

async function signed(visitor: Visitor): Promise<number> {
  const shown = await visitor.look()
  const agreement = await visitor.agreement(shown)
  const { answer, ms } = await visitor.timed(shown.links['sign'] ?? '', agreement)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return ms
}

/** From a signer's word to the answer that it is kept, of a file of five megabytes: certificate, signature, time stamp, revision, evidence. */
export async function signingTimes(
  company: Company,
  room: SigningRoom,
  count: number,
): Promise<Figures> {
  const sizes = { pages: 50, ballast: 5 * MEGABYTE - 64 * 1024, isSealed: false }
  await company.ask(envelopes, 'definePolicy', {
    policy: 'plain',
    level: 'B-B',
    proofs: ['mail-code'],
  })
  await defineContract(company, { ...sizes, template: 'large', policy: 'plain' })
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    await sendContract(company, { template: 'large', isSealed: false })
    for (const { email } of [buyer, seller])
      times.push(await signed(new Visitor(company, room, email)))
  }
  return {
    sign_ms_p50: round1(quantile(times, 0.5)),
    sign_ms_p95: round1(quantile(times, 0.95)),
    sign_heap_mb: await peakHeapMb(company),
  }
}

/** The most that the plugin's isolate held, from the upload of the file to its last signature. */
async function peakHeapMb({ admin, tenant }: Company): Promise<number> {
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(PLUGIN)}/usage`
  const { items } = await admin.request<{ items: { peakHeapMb: number }[] }>('GET', path)
  return round1(Math.max(...items.map((one) => one.peakHeapMb)))
}

async function verifiedFifty(company: Company, file: Buffer): Promise<Figures> {
  const content = file.toString('base64')
  const before = performance.now()
  for (let index = 0; index < FILES_OF_FIFTY; index += 1) {
    const { signatures } = await company.ask(VERIFICATION, 'verifyUpload', { content })
    if (signatures.length !== 2) throw new Error(`${signatures.length} signatures are seen`)
  }
  return { verify_50_ms: round1(performance.now() - before) }
}

/** The three-signer file of the cases with a byte turned over, each in turn: whatever is still called whole was missed. */
async function tampered(company: Company): Promise<Figures> {
  if (!casesThere) return {}
  const file = await caseBytes('esign/signed/three-signers-B-B_B-T.pdf')
  let missed = 0
  let flips = 0
  for (let at = 0; at < file.length; at += STRIDE) {
    const changed = Buffer.from(file)
    changed[at] = (changed[at] ?? 0) ^ 0xff
    const content = changed.toString('base64')
    const { status, body } = await company.call(VERIFICATION, 'verifyUpload', { content })
    flips += 1
    const sound = (body?.signatures ?? []).filter(
      (one: { intact: boolean; changesAfter: string; faults: readonly unknown[] }) =>
        one.intact && one.changesAfter !== 'suspicious' && one.faults.length === 0,
    )
    if (status === 200 && sound.length >= 3) missed += 1
  }
  return { flips, tamper_missed: missed }
}
