import t from 'tap'
import { declaredPlanFaults, declaredPlans } from '../../src/contract/declared-plans.ts'
import { validateManifest } from '../../src/manifest/manifest.ts'

const plan = { service: 'orders.forecast@1', name: 'partner', ratePerS: 0.5, burst: 10 }
const manifestWith = (...plans: readonly object[]) => ({
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Forecast' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: { services: [{ id: 'orders.forecast', contract: 'contracts/forecast.json' }] },
  terms: { file: { en: 'TERMS.md' }, plans },
})

function faultsWith(...plans: readonly object[]): readonly string[] {
  const result = validateManifest(manifestWith(...plans))
  return result.ok ? [] : result.faults.map(({ pointer }) => pointer)
}

t.test(
  'a plan is of a service of the manifest, has a name of its own and real money',
  async (t) => {
    const price = { amount: '0.0150', currency: 'CNY', unit: 'rows' }
    const full = {
      ...{ ...plan, price, label: { en: 'Partners' }, quota: { count: 1000, per: 'month' } },
      ...{ concurrency: 4, maxRows: 100, fields: { forecast: ['/cost'] }, approval: 'manual' },
    }
    t.same(faultsWith(full, { ...plan, name: 'standard' }), [])
    for (const [pointer, ...plans] of [
      ['/terms/plans/0/service', { ...plan, service: 'orders.other@1' }],
      ['/terms/plans/0/service', { ...plan, service: 'orders.forecast' }],
      ['/terms/plans/1/name', plan, { ...plan, burst: 20 }],
      ['/terms/plans/0/price/currency', { ...plan, price: { ...price, currency: 'XQQ' } }],
      ['/terms/plans/0/price/amount', { ...plan, price: { ...price, amount: '1,50' } }],
      ['/terms/plans/0/ratePerS', { ...plan, ratePerS: 0 }],
      ['/terms/plans/0/fields/forecast/0', { ...plan, fields: { forecast: [''] } }],
    ] as const) {
      t.same(faultsWith(...plans), [pointer])
    }
  },
)

t.test('beside the contract: no unit that nothing counts, no field of no operation', async (t) => {
  const contract = {
    ...{ id: 'orders.forecast', major: 1 },
    operations: { forecast: { units: ['rows'] } },
  } as never
  const faults = (changes: object) =>
    declaredPlanFaults(manifestWith({ ...plan, ...changes }) as never, { one: contract }).map(
      ({ pointer }) => pointer,
    )
  const priced = (unit: string) => ({ price: { amount: '1', currency: 'CNY', unit } })
  for (const unit of ['call', 'month', 'rows', 'host:cpu-ms']) t.same(faults(priced(unit)), [])
  t.same(faults(priced('pallets')), ['/terms/plans/0/price/unit'])
  t.same(faults({ fields: { other: ['/a'] } }), ['/terms/plans/0/fields/other'])
  t.same(faults({ service: 'orders.forecast@2' }), ['/terms/plans/0/service'])
})

t.test('plans are found by the service and major that they are of', async (t) => {
  const manifest = manifestWith(plan, { ...plan, service: 'orders.forecast@2' }) as never
  t.same(declaredPlans(manifest, 'orders.forecast', 1), [plan])
  t.same(declaredPlans({}, 'orders.forecast', 1), [])
})
