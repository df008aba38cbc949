import t from 'tap'
import { until } from '../../../../sandbox/test/until.ts'
import { type MeterPorts, QuotaMeter } from '../../../src/broker/db/quota/quota-meter.ts'

const limits = { bytes: 1000, rows: null }
const acme = { plugin: 'p', tenant: 'acme' }

function meter(ports: Partial<MeterPorts> = {}) {
  const measured: string[] = []
  let now = 0
  const quotas = new QuotaMeter({
    usageSql: async () => ({ exact: 'exact', sampled: 'sampled' }),
    measure: async ({ exact }, tenant) => {
      measured.push(`${exact} ${tenant}`)
      return { bytes: 1000, rows: 1, isSampled: false }
    },
    now: () => now,
    log: { warn: () => undefined },
    ...ports,
  })
  return { quotas, measured, pass: (ms: number) => (now += ms) }
}

t.test('a thousand writes at once are one measuring', async (t) => {
  const { quotas, measured } = meter()
  t.teardown(() => quotas.stop())
  for (let write = 0; write < 1000; write++) quotas.changed(acme)
  quotas.changed({ ...acme, tenant: 'globex' })
  await until(async () => measured.length === 2)
  t.same(measured, ['exact acme', 'exact globex'])
})

t.test('what nobody has measured yet may be written, what is full may not', async (t) => {
  const { quotas, measured } = meter()
  t.teardown(() => quotas.stop())
  quotas.admit(acme, 'rows', limits)
  quotas.changed(acme)
  await until(async () => measured.length === 1)
  await new Promise(setImmediate)
  t.throws(() => quotas.admit(acme, 'rows', limits), { code: 'CORE_QUOTA_EXCEEDED' })
  quotas.admit(acme, 'rows', { ...limits, bytes: 1001 })
  quotas.admit({ ...acme, tenant: 'globex' }, 'rows', limits)
  quotas.forget('p')
  quotas.admit(acme, 'rows', limits)
})

t.test('a measuring that fails is told, and the last one counts on', async (t) => {
  const warnings: string[] = []
  let isAway = false
  let tries = 0
  const { quotas, pass } = meter({
    measure: async () => {
      tries++
      if (isAway) throw new Error('away')
      return { bytes: 1000, rows: 1, isSampled: false }
    },
    log: { warn: (_fields, message) => warnings.push(message) },
  })
  t.teardown(() => quotas.stop())
  quotas.changed(acme)
  await until(async () => tries === 1)
  isAway = true
  pass(5000)
  quotas.changed(acme)
  await until(async () => warnings.length === 1)
  t.throws(() => quotas.admit(acme, 'bytes', limits), { code: 'CORE_QUOTA_EXCEEDED' })
})

t.test('what was too large to be counted is sampled again, until it is small', async (t) => {
  const asked: boolean[] = []
  let bytes = 1e12
  const { quotas, pass } = meter({
    measure: async (_sql, _tenant, isLarge) => {
      asked.push(isLarge)
      return { bytes, rows: 1, isSampled: true }
    },
  })
  t.teardown(() => quotas.stop())
  for (const expected of [1, 2, 3]) {
    if (expected === 2) bytes = 1000
    pass(5000)
    quotas.changed(acme)
    await until(async () => asked.length === expected)
    await new Promise(setImmediate)
  }
  t.same(asked, [false, true, false])
})
