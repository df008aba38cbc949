import type { Knex } from 'knex'
import type { Test } from 'tap'
import { RolloutService } from '../../src/rollout/rollout-service.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from './postgres.ts'

const row = {
  manifest: JSON.stringify({ runtime: { tier: 'sandbox', entry: 'dist/plugin.js' } }),
  contracts: JSON.stringify({}),
  integrity: '-',
  marketplace_fingerprint: '-',
  installed_by: 'test',
}

/** A plugin with 1.0.0 stable and 1.1.0 warm, without all that an installation is. */
async function plugInVersions(knex: Knex, plugin: string): Promise<void> {
  await knex('plugins').insert({ name: plugin, stable_version: '1.0.0' })
  await knex('installations').insert([
    { ...row, plugin, version: '1.0.0', state: 'stable' },
    { ...row, plugin, version: '1.1.0', state: 'warm' },
  ])
}

/** Rollouts on a real database, with a clock of the test's. */
export async function openRollouts(t: Test, plugins: readonly string[] = ['one']) {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl)
  t.teardown(() => knex.destroy())
  for (const plugin of plugins) await plugInVersions(knex, plugin)
  const clock = { now: Date.now() }
  const routing = { snapshot: emptySnapshot, reach: () => Promise.resolve() } as never
  const rollouts = new RolloutService({ knex, routing, now: () => clock.now })
  return { knex, clock, rollouts, hostUrl }
}

export const operator = { actor: 'operator', traceId: null }
export const because = { reason: { en: 'test', 'zh-CN': '测试' } }
export const full = { weightBp: 10_000, hold: {} }
export const weight = (weightBp: number) => ({ weightBp, hold: { durationMs: 1000 } })
