import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { Company, type SentEvent } from '../support/company.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { publish } from '../support/publish.ts'

const DAY = 86_400_000
const service = 'inventory.planning@1'
const location = 'SZ-01'
const six = [60, 140, 90, 200, 20, 100]

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const settings = { databaseUrl: hostUrl, home, environment: { PLUGIN_DATABASE_URL: pluginUrl } }
const host = await HostProcess.start(t, settings)
/** At a host that is started again it is another one. */
let company = await Company.open(t, host, 'acme', ['business-events', 'inventory-forecast'])

const ask = (operation: string, input: object = {}) => company.ask(service, operation, input)

const completed = (id: string) =>
  company.eventually(
    'the end of the run',
    async () => (await ask('runs'))['items'].find((run: { id: string }) => run.id === id),
    (run) => run?.state === 'completed',
    180_000,
  )

/** Resolves when so much was asked for in all: how many periods there are says nothing of what has come. */
const demanded = (sku: string, wanted: number) =>
  company.eventually(
    'all of the demand',
    async () => {
      // Nothing is known of it before its first movement.
      const { periods } = await ask('demand', { sku, location }).catch(() => ({ periods: [] }))
      return periods.reduce((sum: number, { demand }: { demand: number }) => sum + demand, 0)
    },
    (sum) => sum === wanted,
  )

/** One sale in each of the last weeks that are over, the newest last; of each week the same day. */
function sales(sku: string, quantities: readonly number[]): SentEvent[] {
  return quantities.map((quantity, n) => {
    const at = new Date(Date.now() - (quantities.length - n) * 7 * DAY).toISOString()
    const movement = `${sku}-${n}`
    const data = { movement, sku, location, kind: 'sale', quantity, unit: 'C62', at }
    return {
      id: movement,
      type: 'stock.movement.recorded',
      partitionkey: `${sku}@${location}`,
      data,
    }
  })
}

t.test(
  'movements of a company become a forecast and an order that one planner decides on',
  async (t) => {
    const sku = 'BRK-6204'
    await ask('defineItems', {
      items: [{ sku, location, unit: 'C62', leadTimeDays: 14, packSize: 50, supplier: 'SUP-7' }],
    })
    const history = Array.from({ length: 50 }, (_, n) => 90 + ((n * 37) % 21))
    const events = sales(sku, history)
    await company.send([...events].reverse())
    t.match(await company.send(events), { accepted: 0 })
    const counted = { sku, location, onHand: 120, unit: 'C62', at: new Date().toISOString() }
    await company.send([
      {
        id: 'count-1',
        type: 'stock.level.counted',
        partitionkey: `${sku}@${location}`,
        data: counted,
      },
    ])
    await demanded(
      sku,
      history.reduce((all, one) => all + one, 0),
    )
    await company.eventually(
      'what was counted',
      () => ask('reorder', { sku, location }),
      ({ onHand }) => onHand === 120,
    )
    t.match(await completed((await ask('startRun'))['id']), {
      refitted: 1,
      failed: 0,
      suggested: 1,
    })
    const { items } = await ask('suggestions', { state: 'open' })
    t.match(items, [{ sku, supplier: 'SUP-7', revision: 1 }])
    const { id, revision } = items[0]
    const decide = (decision: string) =>
      ask('decideSuggestion', { id, revision, decision, reason: 'Seen' })
    const answers = await Promise.allSettled([decide('approve'), decide('reject')])
    t.same(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const lost = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    t.equal(lost.reason.code, 'SUGGESTION_DECIDED')
    await ask('override', {
      sku,
      location,
      from: new Date().toISOString().slice(0, 10),
      to: new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10),
      kind: 'factor',
      value: 2,
      reason: 'Line 4',
    })
    for (const [operation, input] of [
      ['forecast', { sku, location }],
      ['reorder', { sku, location }],
      ['explain', { sku, location, what: 'forecast' }],
      ['items', {}],
      ['overrides', {}],
      ['overrideValue', {}],
      ['stockoutRisk', { minimum: 0 }],
      ['accuracy', {}],
      ['workbench', {}],
    ] as const) {
      t.ok(await ask(operation, input), operation)
    }
    t.same(await company.deadLetters(), [])
  },
)

t.test('what cannot be is a dead letter by its code', async (t) => {
  const [event] = sales('BRK-6204', [1])
  const data = { ...(event?.data as object), movement: 'heavy', unit: 'KGM' }
  await company.send([{ ...(event as SentEvent), id: 'heavy', data }])
  const letters = await company.eventually(
    'the dead letter',
    () => company.deadLetters(),
    ({ length }) => length > 0,
  )
  t.match(letters, [{ code: 'UNIT_MISMATCH' }])
})

t.test('a plugin that contributes a method wins where it is better', async (t) => {
  const name = '@acme/six-weeks'
  const folder = await writeFiles(join(await temporaryHome(t), 'method'), {
    'package.json': JSON.stringify({
      ...{
        name,
        version: '1.0.0',
        description: 'Repeats six weeks',
        license: 'MIT',
        type: 'module',
        keywords: ['signalbox-plugin'],
        files: ['dist'],
      },
      signalbox: {
        ...{ manifest: 1, host: '^1.0.0', displayName: { en: 'Six weeks', 'zh-CN': '六周' } },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
        provides: {
          contributes: [
            {
              point: 'inventory.forecast/method/v1',
              value: {
                id: 'six-weeks',
                handler: 'six',
                title: { en: 'Six weeks', 'zh-CN': '六周' },
              },
            },
          ],
        },
      },
    }),
    'src/index.ts': `import { definePlugin } from '@signalbox/sdk'
      const six = ({ history, horizon }: { history: number[]; horizon: number }) => ({
        mean: Array.from({ length: horizon }, (_, h) => history[history.length - 6 + (h % 6)]),
      })
      export default definePlugin({ contributions: { 'inventory.forecast/method/v1': { six } } })`,
  })
  const { packPlugin } = await import('@signalbox/sdk/pack')
  await packPlugin(folder)
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name })
  await enablePlugin(company.admin, 'acme', name, [])
  const sku = 'SIX'
  const history = Array.from({ length: 48 }, (_, n) => six[n % 6] as number)
  await company.send(sales(sku, history))
  await demanded(
    sku,
    history.reduce((all, one) => all + one, 0),
  )
  t.match(await completed((await ask('startRun'))['id']), { failed: 0 })
  t.match(await ask('forecast', { sku, location }), { method: `${name}/six-weeks` })
})

t.test('a host killed in the middle of a run goes on with it', async (t) => {
  const days = Array.from({ length: 120 }, (_, sku) =>
    [0, 1, 2, 3].map((week) => ({
      sku: `K-${sku}`,
      location,
      day: new Date(Date.now() - (week + 1) * 7 * DAY).toISOString().slice(0, 10),
      quantity: sku + week,
      unit: 'C62',
    })),
  ).flat()
  await ask('recordDemand', { days })
  const { id } = await ask('startRun')
  await company.eventually(
    'some progress',
    async () => (await ask('runs'))['items'][0],
    ({ done }) => done > 5,
  )
  await host.kill()
  company = company.at(await HostProcess.start(t, settings))
  const run = await completed(id)
  t.match(run, { failed: 0, done: run.total })
  t.equal(run.refitted + run.updated + run.kept, run.total, 'each series once')
})
