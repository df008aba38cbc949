import '../plain-spawn.ts'
import t from 'tap'
import { Sandbox, sandboxErrors } from '../../src/index.ts'
import { bundle, type GuestFixture, guestCall, outputOf } from '../guest-fixture.ts'
import { hostSecret } from './attack-call.ts'
import { reachSource } from './reach.ts'

const patience = { limits: { turnMs: 2000 }, deadlineMs: 10_000 }

/** Answers, fails with what a host might say by mistake, refuses. */
const hostCall: GuestFixture['hostCall'] = async (name, payload) => {
  if (name === 'services.call') throw sandboxErrors.create('STOPPED', { plugin: 'a', version: '1' })
  if (payload.includes('"ok"')) return '{"rows":[{"a":1}]}'
  throw new Error(hostSecret, { cause: new Error(hostSecret) })
}

for (const hardenGuests of [true, false]) {
  const lockdown = hardenGuests ? 'on' : 'off'
  t.test(`a guest reaches nothing of the host, lockdown ${lockdown}`, async (t) => {
    const sandbox = await Sandbox.start({ lanes: 1, hardenGuests })
    t.teardown(() => sandbox.stop())
    const other = guestCall(bundle('run: () => { globalThis.left = "other-tenant"; return 1 }'), {
      ...patience,
      tenant: 'other-tenant',
      config: { key: 'other-tenant' },
    })
    await sandbox.call(other)
    const source = bundle(`run: ${reachSource}`)
    const config = { deep: { a: [1] } }
    const call = guestCall(source, { ...patience, hostCall, config, input: { b: [2] } })
    const { found, walked } = outputOf(await sandbox.call(call)) as {
      found: string[]
      walked: number
    }
    t.same(found, [])
    t.ok(walked > 600, `walked ${walked} objects`)
  })
}

/** Leaves a mark wherever an isolate has a place for one; `look` says which of them it finds. */
const marking = bundle(`
  spoil: () => {
    globalThis.mark = 1
    Array.prototype.mark = 1
    Object.prototype.mark = 1
    Symbol.for('mark').constructor.mark = 1
    JSON.parse.mark = 1
    Error.stackTraceLimit = 1
    Math.max = () => 'mark'
    Date.prototype.toISOString = () => 'mark'
    counted.calls++;
    /(mark)/.exec('mark')
    sticky.test('aaa')
    Object.getPrototypeOf(async () => 1).mark = 1
    return 1
  },
  look: (_, ctx) => [
    ctx.config.mark === 'theirs', typeof globalThis.mark, typeof [].mark, typeof Symbol.mark, typeof JSON.parse.mark,
    Error.stackTraceLimit, Math.max(1, 2), new Date(0).toISOString(), counted.calls, RegExp.$1, sticky.lastIndex,
    typeof Object.getPrototypeOf(async () => 1).mark, typeof ctx.mark,
  ],
`).replace('var __', 'const counted = { calls: 0 }, sticky = /a/y;\nvar __')

t.test('isolates share nothing, whatever differs in their key', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const run = (operation: string, fixture: GuestFixture) =>
    sandbox.call(
      guestCall(marking, { ...patience, config: { mark: 'ours' }, ...fixture, operation }),
    )
  const untouched = outputOf(await run('look', { tenant: 'first' }))
  t.same(untouched, [
    ...[false, 'undefined', 'undefined', 'undefined', 'undefined', 10, 2],
    ...['1970-01-01T00:00:00.000Z', 0, '', 0, 'undefined', 'undefined'],
  ])
  await run('spoil', { tenant: 'spoilt' })
  t.notSame(outputOf(await run('look', { tenant: 'spoilt' })), untouched, 'one isolate is kept')
  const others: Readonly<Record<string, GuestFixture>> = {
    tenant: { tenant: 'clean' },
    plugin: { tenant: 'spoilt', plugin: '@test/other' },
    version: { tenant: 'spoilt', version: '1.0.1' },
    settings: { tenant: 'spoilt', config: { mark: 'others' } },
    limits: { tenant: 'spoilt', limits: { turnMs: 1999 } },
    'a tenant that was there before': { tenant: 'first' },
  }
  for (const [name, fixture] of Object.entries(others)) {
    t.same(outputOf(await run('look', fixture)), untouched, name)
  }
})

t.test('interleaved calls of two tenants each keep their own context', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const source = bundle(`run: async (input, ctx) => {
    const seen = [ctx.tenant, ctx.principal.id, ctx.config.of, input]
    const [asked] = await Promise.all([ctx.db.query(ctx.tenant), null])
    return [...seen, asked, ctx.tenant, ctx.principal.id]
  }`)
  const calls = Array.from({ length: 200 }, async (_, index) => {
    const tenant = `tenant-${index % 4}`
    const principalId = `app-${index}`
    const outcome = await sandbox.call(
      guestCall(source, {
        ...patience,
        tenant,
        principalId,
        config: { of: tenant },
        input: index,
        hostCall: async (_, payload) => JSON.stringify([tenant, JSON.parse(payload).sql]),
      }),
    )
    t.same(outputOf(outcome), [
      ...[tenant, principalId, tenant, index],
      ...[[tenant, tenant], tenant, principalId],
    ])
  })
  await Promise.all(calls)
})
