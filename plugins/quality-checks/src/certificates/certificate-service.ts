import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { isOutrun } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { pageOf } from '../calls/page-place.ts'
import {
  laboratoryMessage,
  laboratoryMessages,
  reprocessLaboratoryMessage,
} from '../laboratories/laboratory-service.ts'
import { canonicalJson } from './canonical-json.ts'
import { type CertificateDocument, type CertificateLine, conformsWhole } from './certificate.ts'
import {
  type CertificateConfig,
  type CertificateTemplate,
  plainTitle,
} from './certificate-settings.ts'
import {
  type CertificatePort,
  findCertificate,
  findLaboratoryFindings,
  findLotRecord,
  findMeasured,
  insertCertificate,
  type LotRecord,
  listCertificates,
  nextNumber,
  type StoredCertificate,
} from './certificate-store.ts'
import { certificateText, type Language } from './certificate-text.ts'
import { type GivenResult, givenLine, inspectionLine, laboratoryLine } from './lot-lines.ts'

type IssuePort = CertificatePort &
  Pick<Context<CertificateConfig>, 'config' | 'now' | 'hash' | 'principal' | 'random'>

interface IssueInput {
  readonly lot: string
  readonly template?: string
  readonly item?: string
  readonly customer?: string
  readonly order?: string
  readonly results?: readonly GivenResult[]
  readonly concession?: string
  readonly key?: string
}

interface Replacing {
  readonly supersedes: string
  readonly reason: string
}

/** Asked for twice under one key it is issued once. */
async function issue(input: IssueInput, ctx: IssuePort) {
  const key = input.key ?? `${ctx.now()}:${ctx.random()}`
  return issued(ctx, input, `issue:${key}`)
}

interface SupersedeInput extends Omit<IssueInput, 'lot' | 'key'> {
  readonly number: string
  readonly reason: string
}

/** A new certificate in the place of one that is not right; what was issued stays as it was, and says by what it is replaced. */
async function supersede({ number, reason, ...input }: SupersedeInput, ctx: IssuePort) {
  const old = await requireCertificate(ctx, number)
  if (old.replacedBy !== null) {
    throw new Refusal('CERTIFICATE_REPLACED', `${number} was replaced by ${old.replacedBy}.`)
  }
  const { customer, order } = old.document
  const kept = { ...(customer === null ? {} : { customer }), ...(order === null ? {} : { order }) }
  const given = { item: old.document.item, ...kept, ...input, lot: old.lot }
  return issued(ctx, given, `supersede:${number}`, { supersedes: number, reason })
}

async function issued(ctx: IssuePort, input: IssueInput, request: string, replacing?: Replacing) {
  const known = await findCertificate(ctx, { request })
  if (known !== undefined) return answer(known)
  const template = templateOf(input.template, ctx.config)
  const record = await findLotRecord(ctx, input.lot)
  const lines = chosen(await linesOf(ctx, input, record), template)
  requireIssuable(input, record, lines)
  const issuedAt = nowText(ctx)
  const number = await nextNumber(ctx, issuedAt.slice(0, 4))
  const document = documentOf({ ctx, input, record, lines, template, number, issuedAt, replacing })
  const sha256 = ctx.hash('SHA-256', canonicalJson(document))
  const data = {
    ...{ certificate: number, lot: document.lot, item: document.item, sha256, issuedAt },
    ...(replacing === undefined ? {} : { supersedes: replacing.supersedes }),
  }
  const event = {
    type: 'quality.certificate.issued',
    key: input.lot,
    id: `certificate:${number}`,
    data,
  }
  try {
    await insertCertificate(ctx, document, { sha256, request, event })
  } catch (error) {
    if (!isOutrun(error)) throw error
    // Somebody asked for the same at the same time.
    return answer(await requireRequest(ctx, request))
  }
  return { number, sha256, conforms: document.conforms, issuedAt }
}

function answer({ number, sha256, document, issuedAt }: StoredCertificate) {
  return { number, sha256, conforms: document.conforms, issuedAt }
}

interface Draft {
  readonly ctx: IssuePort
  readonly input: IssueInput
  readonly record: LotRecord | undefined
  readonly lines: readonly CertificateLine[]
  readonly template: CertificateTemplate
  readonly number: string
  readonly issuedAt: string
  readonly replacing: Replacing | undefined
}

function documentOf(draft: Draft): CertificateDocument {
  const { ctx, input, record, lines, template, number, issuedAt, replacing } = draft
  const { customer = null, order = null, concession = null } = input
  const { supersedes = null, reason = null } = replacing ?? {}
  return {
    ...{ number, title: template.title ?? plainTitle, issuer: issuerOf(ctx, template) },
    ...{ customer, order, lot: input.lot, item: record?.item ?? input.item ?? '' },
    ...goodsOf(record),
    ...{ lines, conforms: conformsWhole(lines), concession },
    ...{ statement: template.statement ?? null, supersedes, reason },
    issuedBy: actorOf(ctx),
    issuedAt,
  }
}

function issuerOf({ tenant }: IssuePort, { issuer }: CertificateTemplate) {
  return { name: issuer?.name ?? tenant, address: issuer?.address ?? null }
}

/** What is certified of how much, and by which plan it was looked at. */
function goodsOf(record: LotRecord | undefined): Pick<CertificateDocument, 'quantity' | 'plan'> {
  if (record === undefined || record.inspections === 0) return { quantity: null, plan: null }
  const { accepted, unit, plan, version } = record
  const known = plan === null || version === null ? null : { plan, version }
  return { quantity: { accepted, unit }, plan: known }
}

async function linesOf(
  ctx: IssuePort,
  { lot, results = [] }: IssueInput,
  record: LotRecord | undefined,
): Promise<readonly CertificateLine[]> {
  const planned = new Map(record?.characteristics.map((one) => [one.id, one]))
  const measured = await findMeasured(ctx, lot)
  const findings = await findLaboratoryFindings(ctx, lot)
  return [
    ...measured.map((one) => inspectionLine(planned.get(one.characteristic), one)),
    ...findings.map((one) => laboratoryLine(planned.get(one.characteristic), one)),
    ...results.map(givenLine),
  ]
}

/** @throws TEMPLATE_UNKNOWN */
function templateOf(name: string | undefined, config: CertificateConfig): CertificateTemplate {
  if (name === undefined) return { template: '' }
  const found = config.certificates?.templates?.find(({ template }) => template === name)
  if (found !== undefined) return found
  throw new Refusal('TEMPLATE_UNKNOWN', `The settings have no template ${name}.`)
}

/** @throws RESULTS_MISSING for a characteristic that the template asks for and nobody measured */
function chosen(
  lines: readonly CertificateLine[],
  { characteristics }: CertificateTemplate,
): readonly CertificateLine[] {
  if (characteristics === undefined) return lines
  const missing = characteristics.filter(
    (id) => !lines.some(({ characteristic }) => characteristic === id),
  )
  if (missing.length > 0) {
    throw new Refusal('RESULTS_MISSING', `The template asks for ${missing.join(', ')}.`)
  }
  return characteristics.flatMap((id) => lines.filter((line) => line.characteristic === id))
}

/** @throws LOT_UNKNOWN, RESULTS_MISSING, LOT_NOT_RELEASED, CERTIFICATE_NOT_CONFORMING */
function requireIssuable(
  { lot, item, concession }: IssueInput,
  record: LotRecord | undefined,
  lines: readonly CertificateLine[],
): void {
  if (record === undefined && item === undefined) {
    throw new Refusal('LOT_UNKNOWN', `Lot ${lot} was never received; give its item and results.`)
  }
  if (lines.length === 0) {
    throw new Refusal('RESULTS_MISSING', `Nothing was measured of lot ${lot}; give \`results\`.`)
  }
  if (concession !== undefined) return
  if (record !== undefined && record.inspections > 0 && record.accepted === 0) {
    throw new Refusal('LOT_NOT_RELEASED', `Nothing of lot ${lot} is accepted.`)
  }
  if (conformsWhole(lines)) return
  const failing = lines.filter(({ conforms }) => conforms === false)
  const names =
    failing.map(({ characteristic }) => characteristic).join(', ') || 'nothing was judged'
  throw new Refusal(
    'CERTIFICATE_NOT_CONFORMING',
    `The results do not show that lot ${lot} conforms (${names}); name the \`concession\` by which it goes.`,
  )
}

interface CertificateInput {
  readonly number: string
  readonly language?: Language
}

/** All of a certificate, and whether it is still what was issued. */
async function certificate({ number, language = 'en' }: CertificateInput, ctx: IssuePort) {
  const found = await requireCertificate(ctx, number)
  const { document, sha256, replacedBy, replacedAt, replacedReason } = found
  const intact = ctx.hash('SHA-256', canonicalJson(document)) === sha256
  const replaced =
    replacedBy === null ? null : { by: replacedBy, at: replacedAt, reason: replacedReason }
  return { document, sha256, intact, replaced, text: certificateText(document, language) }
}

interface ListInput {
  readonly lot?: string
  readonly item?: string
  readonly current?: boolean
  readonly limit?: number
  readonly cursor?: string
}

async function list({ limit = 50, cursor, ...filter }: ListInput, ctx: IssuePort) {
  const page = { limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) }
  const found = await listCertificates(ctx, filter, page)
  return pageOf(
    found,
    limit,
    ({ number }) => number,
    (row) => row,
  )
}

/** @throws CERTIFICATE_UNKNOWN */
async function requireCertificate(
  ctx: CertificatePort,
  number: string,
): Promise<StoredCertificate> {
  const found = await findCertificate(ctx, { number })
  if (found !== undefined) return found
  throw new Refusal('CERTIFICATE_UNKNOWN', `There is no certificate ${number}.`)
}

async function requireRequest(ctx: CertificatePort, request: string): Promise<StoredCertificate> {
  const found = await findCertificate(ctx, { request })
  if (found !== undefined) return found
  throw new Refusal('CERTIFICATE_REPLACED', 'Another certificate took its place meanwhile.')
}

export const certificateService = {
  ...{ issue, supersede, certificate, list },
  ...{ laboratoryMessages, laboratoryMessage, reprocessLaboratoryMessage },
}
