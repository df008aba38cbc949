import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import type { Grant } from '../../src/rollout/routing/snapshot.ts'
import { REVEAL, revealCall } from '../../src/secrets/reveal-call.ts'
import { askingBroker, plugin } from '../support/asking-broker.ts'

const canary = 'canary-of-the-mailbox'

const grant = (id: string, parameters: object): Grant => ({
  id,
  capability: 'secret:use',
  parameters: { ...parameters },
})
const grants = [
  grant('grt_mail', { name: 'password', reveal: true }),
  grant('grt_unset', { name: 'unset', reveal: true }),
  grant('grt_key', { name: 'key' }),
]

const calls = {
  [REVEAL]: revealCall(async ({ tenant, plugin: of, name }) =>
    tenant === 'acme' && of === plugin && name !== 'unset' ? canary : undefined,
  ),
}

t.test(
  'a trusted plugin is told a secret by its grant, and the audit says so before',
  async (t) => {
    const { ask, audited } = askingBroker({ calls, grants })
    t.equal(await ask(REVEAL, { name: 'password' }), canary)
    t.match(audited, [
      {
        action: 'capability.secrets.reveal',
        actor: `plugin:${plugin}`,
        subject: 'secret password',
        tenant: 'acme',
        detail: { grant: 'grt_mail' },
      },
    ])
    t.notMatch(JSON.stringify(audited), canary)
  },
)

t.test('a guest of the sandbox is told nothing, though an earlier version was', async (t) => {
  const { ask, audited } = askingBroker({ calls, grants })
  for (const tier of ['sandbox', 'declarative']) {
    await t.rejects(ask(REVEAL, { name: 'password' }, { tier }), { code: 'CORE_TRUSTED_ONLY' })
  }
  t.strictSame(audited, [])
})

t.test('no other tenant, no other secret, none that is for requests only', async (t) => {
  const { ask, audited } = askingBroker({ calls, grants })
  const missing = { code: 'CORE_GRANT_MISSING' }
  await t.rejects(ask(REVEAL, { name: 'password' }, { tenant: 'globex' }), missing)
  await t.rejects(ask(REVEAL, { name: 'key' }), missing)
  await t.rejects(ask(REVEAL, { name: 'other' }), missing)
  t.strictSame(audited, [])
  await t.rejects(ask(REVEAL, { name: 'unset' }), { code: 'CORE_SECRET_NOT_SET' })
})

t.test('it is told a hundred times at once, then five times a second', async (t) => {
  let now = 0
  const { ask, audited } = askingBroker({ calls, grants, clock: () => now })
  for (let time = 0; time < 100; time++) await ask(REVEAL, { name: 'password' })
  await t.rejects(ask(REVEAL, { name: 'password' }), { code: 'CORE_BUDGET_SPENT' })
  t.equal(audited.length, 100)
  now += 200
  t.equal(await ask(REVEAL, { name: 'password' }), canary)
})

t.test('whatever is asked, the answer is a granted secret or a coded error', async () => {
  const { ask } = askingBroker({ calls, grants, clock: () => Date.now() * 1e6 })
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), fc.record({ name: fc.string() })),
      async (request) => {
        const told = await ask(REVEAL, request).catch((error: unknown) => error)
        return (
          told instanceof CodedError || (told === canary && Object(request).name === 'password')
        )
      },
    ),
  )
})
