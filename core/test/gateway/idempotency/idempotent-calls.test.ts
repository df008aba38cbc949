import { pluginRefusal } from '@signalbox/sdk/host-calls/plugin-refusal'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { coreErrors } from '../../../src/errors.ts'
import { idempotencyKeyOf } from '../../../src/gateway/idempotency/idempotency-key.ts'
import { forgetKeys } from '../../../src/gateway/idempotency/idempotency-store.ts'
import { IdempotentCalls } from '../../../src/gateway/idempotency/idempotent-calls.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { insertSubscribed } from '../../support/insert-subscribed.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
await insertSubscribed(knex, { id: 'sub_1', tenant: 'acme', app: 'one' })
await insertSubscribed(knex, { id: 'sub_2', tenant: 'acme', app: 'two' })

/** Seals by turning bytes around: that it is opened by what it was bound to is the sealer's own test. */
const sealer = {
  seal: async (_tenant: string, plain: Buffer, boundTo: readonly string[]) => ({
    dataKey: boundTo.join(),
    sealed: Buffer.from(plain).reverse(),
  }),
  open: async (_tenant: string, { sealed }: { sealed: Buffer }) => Buffer.from(sealed).reverse(),
}

const node = () => new IdempotentCalls({ knex, sealer, log: { warn: () => undefined } })

const ask = (key: string, more = {}) => ({
  ...{ caller: 'sub_1', operation: 'limited.one@1/book', key, tenant: 'acme' },
  ...{ inputJson: '{"a":1}', deadlineMs: 60_000, ...more },
})

const says = (outputJson: string) => async () => ({ outputJson, version: '1.0.0' })
const never = () => Promise.reject(new Error('it ran a second time'))

t.test('a key runs once, and who asks again on any node is given the first answer', async (t) => {
  const first = await node().once(ask('k1'), says('{"n":1}'))
  t.same(first, { outputJson: '{"n":1}', version: '1.0.0', isReplay: false })
  t.same(await node().once(ask('k1'), never), { ...first, isReplay: true })
  const other = { caller: 'sub_2' }
  t.match(await node().once(ask('k1', other), says('2')), { outputJson: '2', isReplay: false })
  const place = { operation: 'limited.one@1/cancel' }
  t.match(await node().once(ask('k1', place), says('3')), { outputJson: '3', isReplay: false })
  const body = ask('k1', { inputJson: '{"a":2}' })
  await t.rejects(node().once(body, never), { code: 'CORE_IDEMPOTENCY_KEY_REUSED' })
})

t.test('of many at once one runs; the others are told to come again', async (t) => {
  let runs = 0
  const asked = Array.from({ length: 20 }, () =>
    node().once(ask('k2'), async () => ({ outputJson: `${++runs}`, version: '1.0.0' })),
  )
  const ended = await Promise.allSettled(asked)
  t.equal(runs, 1)
  for (const one of ended) {
    if (one.status === 'fulfilled') t.equal(one.value.outputJson, '1')
    else t.match(one.reason, { code: 'CORE_IDEMPOTENCY_IN_PROGRESS', status: 409, retryAfterS: 1 })
  }
})

t.test(
  'what surely did not run may come again; of what may have run nobody says that it did not',
  async (t) => {
    const busy = () => Promise.reject(coreErrors.create('DRAINING'))
    await t.rejects(node().once(ask('k3'), busy), { code: 'CORE_DRAINING' })
    t.match(await node().once(ask('k3'), says('3')), { isReplay: false })
    const late = () => Promise.reject(coreErrors.create('CALL_DEADLINE'))
    await t.rejects(node().once(ask('k4'), late), { code: 'CORE_CALL_DEADLINE' })
    const unknown = { code: 'CORE_IDEMPOTENCY_OUTCOME_UNKNOWN' }
    await t.rejects(node().once(ask('k4'), never), unknown)
    const no = () => Promise.reject(pluginRefusal('SOLD_OUT', 'none is left'))
    await t.rejects(node().once(ask('k5'), no), { code: 'SOLD_OUT' })
    await t.rejects(node().once(ask('k5'), never), {
      code: 'SOLD_OUT',
      message: 'none is left',
      status: 422,
    })
  },
)

t.test(
  'a host that is killed in the middle leaves a call that is in progress, then unknown',
  async (t) => {
    const { promise: killed, reject: kill } = Promise.withResolvers<never>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    // It never comes back to write an end.
    const dead = node().once(ask('k6'), () => {
      begin()
      return killed
    })
    await begun
    await t.rejects(node().once(ask('k6'), never), { code: 'CORE_IDEMPOTENCY_IN_PROGRESS' })
    await knex('idempotent_calls')
      .where({ key: 'k6' })
      .update({ ends_at: knex.raw('now()') })
    await t.rejects(node().once(ask('k6'), never), { code: 'CORE_IDEMPOTENCY_OUTCOME_UNKNOWN' })
    kill(new Error('over'))
    await t.rejects(dead)
  },
)

t.test('a key is forgotten after its day, and then is a new one', async (t) => {
  await node().once(ask('k7'), says('7'))
  await knex('idempotent_calls')
    .where({ key: 'k7' })
    .update({ expires_at: knex.raw("now() - interval '1 s'") })
  t.match(await node().once(ask('k7', { inputJson: '{}' }), says('8')), {
    outputJson: '8',
    isReplay: false,
  })
  await knex('idempotent_calls').update({ expires_at: knex.raw("now() - interval '1 s'") })
  await forgetKeys(knex)
  t.same(await knex('idempotent_calls'), [])
})

t.test(
  'an answer that is too large to keep is given once, and then said to have been',
  async (t) => {
    const large = JSON.stringify('x'.repeat(1024 * 1024))
    t.equal((await node().once(ask('k8'), says(large))).outputJson, large)
    await t.rejects(node().once(ask('k8'), never), { code: 'CORE_IDEMPOTENCY_ANSWER_NOT_KEPT' })
  },
)

t.test('on a host that cannot seal a call runs once, and is said to have been', async (t) => {
  const seal = async () => Promise.reject(coreErrors.create('HOST_KEY_ABSENT'))
  const keyless = new IdempotentCalls({
    knex,
    sealer: { ...sealer, seal },
    log: { warn: () => undefined },
  })
  t.match(await keyless.once(ask('k9'), says('9')), { outputJson: '9', isReplay: false })
  await t.rejects(keyless.once(ask('k9'), never), { code: 'CORE_IDEMPOTENCY_ANSWER_NOT_KEPT' })
})

t.test('a key is a string in quotes, or a word without', async (t) => {
  t.equal(idempotencyKeyOf(undefined), undefined)
  t.equal(idempotencyKeyOf('"8e03 97\\"8e"'), '8e03 97"8e')
  t.equal(idempotencyKeyOf('8e03978e-40d5'), '8e03978e-40d5')
  for (const wrong of [
    '',
    '""',
    '"a',
    'a b',
    'a,b',
    'a;b',
    'ü',
    `"${'a'.repeat(201)}"`,
    '"a", "b"',
  ]) {
    t.throws(() => idempotencyKeyOf(wrong), { code: 'CORE_IDEMPOTENCY_KEY_INVALID' }, wrong)
  }
  fc.assert(
    fc.property(fc.string(), (header) => {
      try {
        return (idempotencyKeyOf(header) ?? '').length <= 200
      } catch (error) {
        return Reflect.get(error as object, 'code') === 'CORE_IDEMPOTENCY_KEY_INVALID'
      }
    }),
  )
})
