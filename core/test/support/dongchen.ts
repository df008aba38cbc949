import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Company, SentEvent } from './company.ts'
import { type Teardown, temporaryHome } from './host-process.ts'

const businessEvents = join(import.meta.dirname, '../../../plugins/business-events')
export const inspections = 'quality.inspection@1'
export const planning = 'inventory.planning@1'
export const ring = 'RING-6204'
export const ringsPlace = { sku: ring, location: 'east' }
const ringsOfALot = 2700

/** Sends the two recorded years, as an app does with the feeder. @returns what the feeder says */
export async function feed(t: Teardown, company: Company): Promise<string> {
  const keyFile = join(await temporaryHome(t), 'key')
  await writeFile(keyFile, company.keyOf(inspections))
  const { url } = company.host
  const words = ['--url', url, '--tenant', company.tenant, '--app', 'erp', '--key-file', keyFile]
  const feeder = join(businessEvents, 'feeder/feed.ts')
  return (await promisify(execFile)(process.execPath, [feeder, ...words])).stdout
}

/** Waits until all that was asked for at the place, served or not, is in the forecast's books: events are handled behind their sender. */
export async function demandKnown(company: Company): Promise<void> {
  const issued = await recordedDemand()
  await company.eventually(
    'two years of demand',
    async () => (await company.call(planning, 'demand', { ...ringsPlace, limit: 200 })).body,
    ({ periods = [] }) =>
      periods.reduce((sum: number, { demand }: { demand: number }) => sum + demand, 0) === issued,
  )
}

async function recordedDemand(): Promise<number> {
  const text = await readFile(join(businessEvents, 'recordings/dongchen.ndjson'), 'utf8')
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return events
    .filter(({ data }) => data.kind === 'issue' && data.sku === ring && data.location === 'east')
    .reduce((sum, { data }) => sum + data.quantity + (data.unmet ?? 0), 0)
}

/** A lot of the supplier whose rings get worse, arriving now. */
export function ringReceipt(number: number, more: object = {}): SentEvent {
  const lot = `RING-LOT-${number}`
  return {
    id: lot,
    type: 'stock.receipt.created',
    partitionkey: lot,
    data: {
      receipt: `RECEIPT-${number}`,
      lot,
      supplier: 'LIYUAN',
      item: ring,
      quantity: ringsOfALot,
      unit: 'C62',
      location: 'east',
      receivedAt: new Date().toISOString(),
      ...more,
    },
  }
}

/** How every lot of rings is inspected: by MIL-STD-105E, level II, AQL 1, and a person decides. */
export function planRings(company: Company): Promise<unknown> {
  const surface = {
    id: 'surface',
    name: { en: 'Surface', 'zh-CN': '表面' },
    kind: 'attribute',
    classes: [{ class: 'major', aql: 1 }],
  }
  return company.ask(inspections, 'definePlan', {
    plan: 'rings',
    name: { en: 'Bearing rings', 'zh-CN': '轴承套圈' },
    scope: { item: ring },
    characteristics: [surface],
    sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
    frequency: { kind: 'all' },
    decidedBy: 'person',
  })
}

/**
 * What a person does with a lot: looks at the sample that the plan asks for, and decides on all of it.
 * @returns what the plan suggested
 */
export async function inspectRings(
  company: Company,
  lot: string,
  scratched: number,
): Promise<'accept' | 'reject'> {
  const { items } = await company.eventually(
    `an inspection of ${lot}`,
    () => company.ask(inspections, 'worklist', { lot }),
    ({ items }) => items.length > 0,
  )
  const { inspection } = items[0]
  const found = await company.ask(inspections, 'inspection', { inspection })
  const sample = found.tests[0].sampleSize
  const defects = scratched === 0 ? [] : [{ class: 'major', code: 'scratch', count: scratched }]
  const { revision, suggestion } = await company.ask(inspections, 'record', {
    inspection,
    results: [{ id: `${lot}-1`, characteristic: 'surface', inspected: sample, defects }],
  })
  const to = scratched === 0 ? 'accepted' : 'rejected'
  const disposition = scratched === 0 ? {} : { disposition: 'return' }
  await company.ask(inspections, 'decide', {
    inspection,
    id: `${lot}-decision`,
    revision,
    lines: [{ to, quantity: ringsOfALot, ...disposition }],
    ...(scratched === 0 ? {} : { reason: { text: 'More than the plan accepts' } }),
  })
  return suggestion.outcome
}

/**
 * What a planner does once the forecast has heard of all that is no stock: looks at what is suggested, and approves it. What is revised
 * meanwhile is refused, and looked at again.
 */
export async function approveReorder(company: Company, unusable: number) {
  const reorder = await company.eventually(
    'all rejected lots',
    () => company.ask(planning, 'reorder', ringsPlace),
    (one) => one.unusable === unusable,
  )
  const approved = await company.eventually(
    'an approved suggestion',
    async () => {
      const open = await company.ask(planning, 'suggestions', { state: 'open', ...ringsPlace })
      const [suggestion] = open.items
      if (suggestion === undefined) return undefined
      const { id, revision } = suggestion
      const decided = { id, revision, decision: 'approve', reason: 'The rings are needed' }
      const { status, body } = await company.call(planning, 'decideSuggestion', decided)
      return { suggestion, status, body }
    },
    (answer) => answer?.status === 200,
  )
  return { reorder, suggestion: approved?.suggestion, decided: approved?.body }
}
