import t from 'tap'
import { type Answer, Company } from '../support/company.ts'
import { rollOut } from '../support/company-rollout.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const inspections = 'quality.inspection@1'
const full = { weightBp: 10_000, hold: {} }
const half = { weightBp: 5000, hold: { durationMs: 600_000 } }

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'quality-checks',
  'inventory-forecast',
])

let arrivals = 0
async function arrive(): Promise<string> {
  const lot = `LOT-${++arrivals}`
  const data = {
    receipt: `R-${arrivals}`,
    lot,
    supplier: 'HENGTAI',
    item: 'SHAFT-20',
    quantity: 100,
    unit: 'C62',
    location: 'east',
    receivedAt: new Date().toISOString(),
  }
  await company.send([{ id: lot, type: 'stock.receipt.created', partitionkey: lot, data }])
  return lot
}

const status = (lot: string) => company.call(inspections, 'lotStatus', { lot })
/** Asks so often at once, and adds how each was answered. */
async function askedAtOnce(times: number, ask: () => Promise<Answer>, answers: number[]) {
  const asked = await Promise.all(Array.from({ length: times }, ask))
  answers.push(...asked.map((answer) => answer.status))
}

const known = (lot: string) =>
  company.eventually(
    lot,
    () => status(lot),
    (answer) => answer.status === 200,
  )

const first = await arrive()
await known(first)

t.test(
  'a good version of quality checks, with a table that grows, becomes stable and goes back',
  async (t) => {
    const edition = {
      version: '1.1.0',
      edit: {
        'migrations/0090-note.expand.sql': () => 'alter table lots add column note text;\n',
        'migrations/0090-note.expand.down.sql': () => 'alter table lots drop column note;\n',
      },
    }
    const step = (weightBp: number) => ({ weightBp, hold: { durationMs: 200, exposures: 5 } })
    const answers: number[] = []
    const rollout = await rollOut(
      company,
      'quality-checks',
      edition,
      [step(1000), step(5000), full],
      () => askedAtOnce(8, () => status(first), answers),
    )
    t.equal(rollout.state, 'completed', JSON.stringify(rollout.transitions.at(-1)?.reason))
    t.ok(answers.every((one) => one === 200))
    t.equal((await status(first)).version, '1.1.0')
    const path = `/v1/plugins/${encodeURIComponent('@signalbox/quality-checks')}:rollback`
    await host.client.request('POST', path, { reason: 'a look at going back' })
    const back = await status(first)
    t.equal(back.version, '1.0.0')
    t.match(back.body.decidedQty, { accepted: 100 }, 'what was decided is still there')
  },
)

t.test(
  'a version of quality checks that breaks an operation is taken back, and nobody sees it',
  async (t) => {
    const edition = {
      version: '1.2.0',
      edit: {
        'src/index.ts': (text: string) =>
          text.replace(
            "'quality.inspection': inspectionService",
            `'quality.inspection': { ...inspectionService, lotStatus: (input: never, ctx: never) => {
            if ((input as { lot: string }).lot === '${first}') throw new Error('broken')
            return inspectionService.lotStatus(input, ctx)
          } }`,
          ),
      },
    }
    const answers: number[] = []
    const rollout = await rollOut(company, 'quality-checks', edition, [half, full], () =>
      askedAtOnce(8, () => status(first), answers),
    )
    t.equal(rollout.state, 'aborted')
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    t.same(new Set(answers), new Set([200]))
    t.equal((await status(first)).version, '1.0.0')
  },
)

t.test(
  'a version that cannot take receipts is taken back, and every receipt is taken',
  async (t) => {
    const edition = {
      version: '1.3.0',
      edit: {
        'src/index.ts': (text: string) =>
          text.replace(
            '...lotEvents,',
            "...lotEvents, 'stock.receipt.created': () => { throw new Error('broken') },",
          ),
      },
    }
    const lots: string[] = []
    const rollout = await rollOut(company, 'quality-checks', edition, [half, full], async () => {
      for (let n = 0; n < 4; n++) lots.push(await arrive())
    })
    t.equal(rollout.state, 'aborted')
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    for (const lot of lots) t.equal((await known(lot)).status, 200, lot)
    t.same(await company.deadLetters(), [])
  },
)

t.test(
  'a version of the forecast that answers against its contract is taken back by the first call',
  async (t) => {
    const edition = {
      version: '1.2.0',
      edit: {
        'src/index.ts': (text: string) =>
          text.replace(
            /forecast,\s*reorder/,
            `forecast: ((input: { history?: number[] }, ctx: never) =>
            input.history?.length === 8 ? { average: 'none' } : forecast(input as never, ctx)) as never, reorder`,
          ),
      },
    }
    const input = { history: [12, 15, 11, 18, 21, 17, 22, 25], frequency: 1, horizon: 3 }
    const forecast = () => company.call('inventory.forecast@1', 'forecast', input)
    const stable = await forecast()
    const answers: number[] = []
    const rollout = await rollOut(company, 'inventory-forecast', edition, [half, full], () =>
      askedAtOnce(4, forecast, answers),
    )
    t.equal(rollout.state, 'aborted')
    t.match(rollout.transitions.at(-1)?.reason.en, 'contract')
    t.same(new Set(answers), new Set([200]))
    t.same((await forecast()).body, stable.body)
  },
)
