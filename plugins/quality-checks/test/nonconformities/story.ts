import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import plugin from '../../src/index.ts'
import { sharedHost } from '../shared-host.ts'
import { tenantDatabase } from '../tenant-database.ts'

const folder = new URL('../..', import.meta.url)
export const database = await tenantDatabase(t)
export const DAY = 86_400_000
const START = Date.UTC(2026, 2, 1, 8)
const config = {
  nonconformities: {
    contacts: [
      { owner: 'ada', address: 'ada@acme.example', escalation: 'grace' },
      { owner: 'grace', address: 'grace@acme.example' },
    ],
    defaultOwner: 'ada',
  },
}
export const service = 'quality.nonconformity'
const user = { kind: 'user', id: 'ada' } as const

let tenants = 0
/** Of a tenant of its own, with a clock of its own. */
export const newHost = (more: object = {}) =>
  createTestHost({
    ...{ folder, plugin, config, now: START, tenant: `t${++tenants}` },
    answers: { database, channels: { mail: () => ({ ok: true }) } },
    ...more,
  })
/** For tests in which no time goes by. */
export const begin = sharedHost(newHost, database.empty)

export interface Summary {
  id: string
  number: string
  revision: number
  state: string
}

export const day = (n: number, hour = 10) => new Date(Date.UTC(2026, 2, n, hour)).toISOString()

export const rejected = (n: number, more: object = {}) => ({
  ...{ lot: `L-${n}`, item: 'V-7', supplier: 'S-1', quantity: 200, unit: 'C62', rejected: 200 },
  quantities: { accepted: 0, rejected: 200, held: 0, pending: 0 },
  ...{ decision: `D-${n}`, inspection: `I-${n}`, at: day(n) },
  defects: [
    { code: 'scratch', class: 'minor', count: 9 },
    { code: 'bore', class: 'major', count: 3 },
  ],
  ...more,
})

export const decided = (n: number, isAccepted: boolean, more: object = {}) => ({
  ...{ inspection: `I-${n}`, decision: `D-${n}`, lot: `L-${n}`, item: 'V-7', supplier: 'S-1' },
  ...{ quantity: 200, unit: 'C62', accepted: isAccepted ? 200 : 0, rejected: isAccepted ? 0 : 200 },
  quantities: {
    accepted: isAccepted ? 200 : 0,
    rejected: isAccepted ? 0 : 200,
    held: 0,
    pending: 0,
  },
  ...{ final: true, lotAccepted: isAccepted, inspected: 32, nonconforming: isAccepted ? 0 : 3 },
  ...{ by: 'user:bob', decidedAt: day(n) },
  ...(isAccepted ? {} : { defects: [{ code: 'bore', count: 3 }] }),
  ...more,
})

export const list = async (host: TestHost) =>
  (await host.call<{ items: Summary[] }>(service, 'list', {})).items

export type Whole = Summary & Record<string, never> & { steps: object[]; effectiveness: object }
export const get = (host: TestHost, id: string) => host.call<Whole>(service, 'get', { id })

/** Sends commands one after the other, each with the revision of the answer before. */
export async function run(host: TestHost, start: Summary, orders: readonly [string, object][]) {
  let one = start
  for (const [operation, input] of orders) {
    const call = { id: one.id, revision: one.revision, ...input }
    one = await host.call<Summary>(service, operation, call, { principal: user })
  }
  return one
}

export const complete = (step: string): [string, object] => [
  'advance',
  { command: 'completeStep', step, summary: `${step} done` },
]
const note = (step: string): [string, object] => [
  'addEvidence',
  { step, kind: 'note', value: 'seen at the line' },
]
export const toVerifying: readonly [string, object][] = [
  ['advance', { command: 'skipStep', step: 'D0', reason: 'nothing to stop' }],
  complete('D1'),
  complete('D2'),
  ...[note('D3'), complete('D3'), note('D4'), complete('D4'), complete('D5')],
  ...[note('D6'), complete('D6'), note('D7'), complete('D7')],
  ['advance', { command: 'verify' }],
]
