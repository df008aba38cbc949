import t from 'tap'
import { forgetOldest } from '../../../src/rollout/documents/document-rollout-store.ts'
import type { PickWish } from '../../../src/rollout/documents/document-rollouts.ts'
import { findRollout, listTransitions } from '../../../src/rollout/rollout-store.ts'
import { putFreeze, removeFreeze } from '../../../src/rollout/standstill/freeze-store.ts'
import { documentNode, grantDocuments, ownerOf } from '../../support/document-node.ts'
import { because, openRollouts, operator } from '../../support/rollouts.ts'

const { knex, clock } = await openRollouts(t, ['one', 'two'])
const kind = 'inspection-plan'
await grantDocuments(knex, 'acme', 'one', [kind, 'mail'])
await grantDocuments(knex, 'globex', 'one', [kind])
await grantDocuments(knex, 'acme', 'two', [kind])
const first = await documentNode(knex, clock, 'node-1')
const second = await documentNode(knex, clock, 'node-2')
t.teardown(() => Promise.all([first.controller.stop(), second.controller.stop()]))

const acme = ownerOf('one')
const steps = (...weights: number[]) =>
  [...weights, 10_000].map((weightBp) => ({ weightBp, hold: { exposures: 20 } }))
let count = 0

/** A rollout of a document of its own, under way on both nodes. */
async function started(more: object = {}, owner = acme) {
  const id = `P-${++count}`
  const wish = { kind, id, from: '1', to: '2', steps: steps(5000), ...more }
  const planned = await first.documents.plan(owner, wish)
  await first.documents.command(owner, { kind, rollout: planned.id, command: 'start' })
  await second.read()
  return { id, rollout: planned.id }
}

const pickOn = (
  { documents }: typeof first,
  id: string,
  n: number | string,
  more: Partial<PickWish & { entity: string }> = {},
  owner = acme,
) => {
  const call = { requestId: `r-${id}-${n}`, tenant: owner.tenant, ...more }
  return documents.pick(owner, { kind, id, ...more }, call, true)
}

const report = (pick: string | null, outcome: 'ok' | 'bad', by = first, owner = acme) =>
  by.documents.report(owner, { kind, pick, outcome })

/** Looks until the rollout is so, or the test's own deadline. */
async function until(rollout: string, state: string) {
  for (;;) {
    const found = await findRollout(knex, rollout)
    if (found?.state === state) return found
    first.controller.look()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function abort(rollout: string) {
  await first.documents.command(acme, { kind, rollout, command: 'abort' })
  await second.read()
}

t.test('a key has the same version on every node, and each has its share', async (t) => {
  const { id, rollout } = await started({ cohortBy: 'entity' })
  let canaries = 0
  for (let n = 0; n < 200; n++) {
    const [one, other] = await Promise.all(
      [first, second].map((node) => pickOn(node, id, Math.random(), { entity: `O-${n}` })),
    )
    t.equal(one?.version, other?.version)
    if (one?.arm === 'canary') canaries++
  }
  t.ok(canaries > 60 && canaries < 140, `${canaries} of 200 at 50 %`)
  await abort(rollout)
  t.match(await pickOn(second, id, 1, { entity: 'O-1' }), {
    version: '1',
    rollout: null,
    pick: null,
  })
})

t.test('a version that fails is taken back by itself, with a sentence', async (t) => {
  const { id, rollout } = await started()
  const { id: other } = await started()
  for (let n = 0; n < 60; n++) {
    const { arm, pick } = await pickOn(first, id, n)
    await report(pick, arm === 'canary' ? 'bad' : 'ok', n % 2 === 0 ? first : second)
  }
  second.controller.look()
  await until(rollout, 'aborted')
  const last = (await listTransitions(knex, rollout)).at(-1)
  t.match(last, { command: 'abort', actor: 'judge' })
  t.match(last?.reason.en, /failed calls were of 2\b.*chance of this with a healthy version/)
  t.match(last?.reason['zh-CN'], /2/)
  await first.read()
  t.match(await pickOn(first, id, 0), { version: '1', arm: 'stable' })
  t.not((await pickOn(first, other, 0)).rollout, null, 'another document goes on')
})

t.test(
  'what goes well goes from step to step, and the new version is kept as stable',
  async (t) => {
    const { id, rollout } = await started()
    for (let n = 0; n < 120; n++) {
      const { pick } = await pickOn(first, id, n)
      await report(pick, 'ok')
      if (n % 40 === 39) {
        first.controller.look()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    for (let n = 200; (await findRollout(knex, rollout))?.state !== 'completed'; n++) {
      await pickOn(first, id, n)
      first.controller.look()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const commands = (await listTransitions(knex, rollout)).map(({ command }) => command)
    t.same(commands, ['start', 'advance', 'promote'])
    await second.read()
    t.match(await pickOn(second, id, 1), { version: '2', arm: 'stable', pick: null })
    await first.documents.command(acme, { kind, rollout, command: 'rollback' })
    t.match(await pickOn(first, id, 1), { version: '1' })
  },
)

t.test('a document in canary leaves the versions of its plugin alone, and they it', async (t) => {
  const { rollout } = await started()
  const wish = { plugin: 'one', version: '1.1.0', steps: [{ weightBp: 10_000, hold: {} }] }
  const plugin = await first.rollouts.create(operator, wish)
  await first.rollouts.command(operator, plugin.id, 'start', because)
  const row = await knex('plugins').where({ name: 'one' }).first()
  await first.rollouts.command(operator, plugin.id, 'promote', because)
  t.match(await knex('plugins').where({ name: 'one' }).first(), { stable_version: '1.1.0' })
  t.equal(row.stable_version, '1.0.0')
  t.match(await findRollout(knex, rollout), { state: 'running' })
  await abort(rollout)
})

t.test('no other tenant, plugin or kind sees, moves or reports it', async (t) => {
  const { id, rollout } = await started()
  const { pick } = await pickOn(first, id, 1)
  const strangers = [ownerOf('one', 'globex'), ownerOf('two', 'acme')]
  for (const stranger of strangers) {
    for (const command of ['start', 'pause', 'promote', 'abort', 'rollback'] as const) {
      await t.rejects(first.documents.command(stranger, { kind, rollout, command }), {
        code: 'CORE_ROLLOUT_MISSING',
      })
    }
    t.match(await pickOn(first, id, 1, {}, stranger), { version: null, rollout: null })
    await t.rejects(report(pick, 'bad', first, stranger), { code: 'CORE_PICK_FORGED' })
  }
  const mail = { kind: 'mail', pick, outcome: 'bad' as const }
  await t.rejects(first.documents.report(acme, mail), { code: 'CORE_PICK_FORGED' })
  const asMail = { kind: 'mail', rollout, command: 'abort' as const }
  await t.rejects(first.documents.command(acme, asMail), { code: 'CORE_ROLLOUT_MISSING' })
  t.match(await findRollout(knex, rollout), { state: 'running', revision: 1 })
  await abort(rollout)
})

t.test('nobody reports for an arm that he was not given, nor twice', async (t) => {
  const { id, rollout } = await started()
  const { pick } = await pickOn(first, id, 1)
  const [body = '', mac = ''] = (pick ?? '').split('.')
  const said = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify([said[0], 'canary', 0.01, 'x', 'y'])).toString(
    'base64url',
  )
  for (const token of [
    `${forged}.${mac}`,
    body,
    `${body}.`,
    `${body}.${mac}.${mac}`,
    '',
    '.',
    mac,
  ]) {
    await t.rejects(report(token, 'bad'), { code: 'CORE_PICK_FORGED' })
  }
  t.equal(await report(pick, 'bad'), true)
  t.equal(await report(pick, 'bad'), false, 'once')
  t.equal(await report((await pickOn(first, id, 1)).pick, 'bad'), false, 'one request is one draw')
  t.equal(await report(null, 'bad'), false)
  await abort(rollout)
  t.equal(await report(pick, 'ok'), false, 'its rollout is over')
})

t.test('a freeze of the operator holds it as it holds a plugin', async (t) => {
  const from = new Date(clock.now - 1000).toISOString()
  const to = new Date(clock.now + 60_000).toISOString()
  await putFreeze(knex, {
    name: 'spring',
    plugin: null,
    time: { from, to },
    reason: because.reason,
  })
  await t.rejects(started(), { message: /no freeze/ })
  await removeFreeze(knex, 'spring')
})

t.test('a plan is of what is stable, of the tenant alone, and of few at once', async (t) => {
  const plan = (more: object) =>
    first.documents.plan(acme, { kind, id: 'P-x', from: '1', to: '2', ...more })
  const faulty: readonly (readonly [object, string])[] = [
    [{ to: '1' }, '/to'],
    [{ steps: [] }, '/steps'],
    [{ steps: [{ weightBp: 10_000, hold: {}, cohort: 'suzhou' }] }, '/steps/0'],
    [{ steps: [{ approve: { tenant: 'globex' } }, ...steps()] }, '/steps/0/approve/tenant'],
    [
      {
        steps: [{ gate: { tenant: 'acme', service: 'a.b', major: 1, operation: 'c' } }, ...steps()],
      },
      '/steps/0',
    ],
    [{ deny: ['tenant:globex'] }, '/deny/0'],
    [{ allow: ['app:globex/erp'] }, '/allow/0'],
  ]
  for (const [more, pointer] of faulty) {
    await t.rejects(plan(more), { code: 'CORE_INPUT_INVALID', faults: [{ pointer }] }, pointer)
  }
  await plan({})
  await t.rejects(plan({ from: '0' }), { code: 'CORE_DOCUMENT_NOT_STABLE' })
  let refused: unknown
  for (let n = 0; n < 12 && refused === undefined; n++) {
    await plan({ id: `P-many-${n}` }).catch((error: unknown) => {
      refused = error
    })
  }
  t.match(refused, { code: 'CORE_DOCUMENT_ROLLOUTS_TAKEN' })
})

t.test(
  'the word of an admin of the tenant lets it go on, and not that of the plugin',
  async (t) => {
    const globex = ownerOf('one', 'globex')
    const plan = [{ approve: { tenant: 'globex' } }, ...steps()]
    const { id, rollout } = await started({ steps: plan }, globex)
    t.match(await pickOn(first, id, 1, {}, globex), { version: '1', pick: null })
    const promoted = { kind, rollout, command: 'promote' as const }
    await t.rejects(first.documents.command(globex, promoted), { message: /no approval/ })
    const admin = { actor: 'admin:globex/tok_1', traceId: null }
    t.match(await first.rollouts.command(admin, rollout, 'approve', because), { step: 1 })
  },
)

t.test('when its plugin is disabled, or its grant taken back, it ends', async (t) => {
  const other = ownerOf('two')
  const { rollout } = await started({}, other)
  await knex('bindings').where({ tenant: 'acme', plugin: 'two' }).update({ binding: 'disabled' })
  await until(rollout, 'aborted')
  t.match((await listTransitions(knex, rollout)).at(-1)?.reason.en, /not enabled in the tenant/)
  const before = await knex('rollouts').where({ tenant: 'globex', state: 'running' }).pluck('id')
  t.ok(before.length > 0)
  await knex('grants')
    .where({ tenant: 'globex', plugin: 'one' })
    .update({ revoked_at: knex.fn.now() })
  for (const id of before) await until(id, 'aborted')
})

t.test('of those that are over only some are kept', async (t) => {
  const over = () => knex('rollouts').where({ tenant: 'acme', plugin: 'one', state: 'aborted' })
  const before = (await over()).length
  await knex.transaction((trx) => forgetOldest(trx, 'acme', 'one', 2))
  t.ok(before > 2)
  t.ok((await over()).length <= 2)
})

t.test(
  'the database itself knows what is a rollout of a plugin, and what of a document',
  async (t) => {
    const row = {
      id: 'rol_x',
      plugin: 'one',
      from_version: '1.0.0',
      to_version: '1.1.0',
      state: 'ready',
      cohort_by: 'request',
      steps: '[]',
      step: 0,
    }
    await t.rejects(knex('rollouts').insert({ ...row, to_version: '9.9.9' }), {
      message: /rollouts_installed_to/,
    })
    const halves = [{ kind: 'mail' }, { tenant: 'acme' }, { kind: 'mail', tenant: 'acme' }]
    for (const half of halves) {
      await t.rejects(knex('rollouts').insert({ ...row, ...half }), {
        message: /rollouts_subject/,
      })
    }
  },
)
