import { readFile } from 'node:fs/promises'
import t from 'tap'
import { putCohort } from '../../../src/rollout/cohorts/cohort-store.ts'
import type { RolloutWish } from '../../../src/rollout/rollout-service.ts'
import { full, openRollouts, operator, weight } from '../../support/rollouts.ts'

const plugin = '@acme/orders'
const { knex, rollouts } = await openRollouts(t, [plugin])
await knex('tenants').insert({ id: 'acme', name: 'Acme' })
await putCohort(knex, { name: 'suzhou', members: ['tenant:acme', 'unit:acme/suzhou'] })
const trusted = { manifest: JSON.stringify({ runtime: { tier: 'trusted' } }) }

const plan = (more: object) =>
  rollouts.create(operator, { plugin, version: '1.1.0', ...more } as RolloutWish)
const faultsOf = (more: object): Promise<unknown> =>
  plan(more).then(
    () => [],
    ({ faults }: { faults: readonly object[] }) => faults,
  )

t.test('the plan that the documentation shows can be planned as it stands', async (t) => {
  const text = await readFile(new URL('../../../docs/rollouts.md', import.meta.url), 'utf8')
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? []
  const wish = { ...JSON.parse(json), version: '1.1.0' } as RolloutWish
  const { lists, keys } = await rollouts.create(operator, wish)
  t.match(lists.cohorts, { suzhou: ['tenant:acme', 'unit:acme/suzhou'] })
  t.type(keys.unit, 'string')
})

t.test('a member that no call could be known as is a fault of the plan', async (t) => {
  const first = { weightBp: 0, cohort: 'suzhou', hold: { exposures: 1 } }
  const steps = [first, full]
  t.match(await faultsOf({ steps }), [{ pointer: '/steps/0/cohort', detail: /unit:acme\/suzhou/ }])
  t.match(await faultsOf({ steps, keys: { entity: '/id' } }), [{ pointer: '/steps/0/cohort' }])
  t.same(await faultsOf({ steps, keys: { unit: '/site' } }), [])
  const listed = { steps: [weight(100), full], deny: ['entity:acme/O-1'] }
  t.match(await faultsOf({ ...listed, allow: ['tenant:acme', 'unit:acme/x'] }), [
    { pointer: '/deny', detail: /"entity"/ },
    { pointer: '/allow', detail: /"unit"/ },
  ])
  t.same(await faultsOf({ ...listed, keys: { entity: '/id' } }), [])
  t.same(await faultsOf({ steps: [weight(100), full], allow: ['app:acme/erp'] }), [])
})

t.test('answers of a trusted version are not compared: the plan says so at once', async (t) => {
  const steps = [{ shadow: { sample: 1, minRequests: 1, maxDiff: 0 } }, weight(100), full]
  t.same(await faultsOf({ steps }), [])
  for (const version of ['1.0.0', '1.1.0']) {
    const [before] = await knex('installations').where({ plugin, version }).select('manifest')
    await knex('installations').where({ plugin, version }).update(trusted)
    t.match(await faultsOf({ steps }), [{ pointer: '/steps/0/shadow', detail: /is trusted/ }])
    t.same(await faultsOf({ steps: steps.slice(1) }), [], 'it is rolled out by weights')
    const manifest = JSON.stringify(before.manifest)
    await knex('installations').where({ plugin, version }).update({ manifest })
  }
})
