import type { Test } from 'tap'
import { allAttempts } from './attempts/all-attempts.ts'
import { ownerReads } from './owner-reads.ts'
import { lateEffects, runAttempts, runControls } from './run-attempts.ts'
import { type Attacker, buildWorld } from './world.ts'

/** Fewer would mean that the table was not run. */
const LEAST_ATTEMPTS = 300
/** An attempt that fails so was never made. */
const mistakes = /is not a function|is not defined|undefined \(reading|SBX_LANE_LOST|CORE_INTERNAL/

/** What both the suite and its sample assert. */
export async function testIsolation(t: Test, attackers: readonly Attacker[]): Promise<void> {
  const world = await buildWorld(t, attackers)
  await t.test('no attempt of a hostile plugin, or of another tenant, gets anything', async (t) => {
    const reports = await runAttempts(world, allAttempts)
    for (const { row, attacker, leaks, gained } of reports) {
      const name = `${row.capability}: ${row.name} (${attacker})`
      t.strictSame(leaks, [], name)
      // `ctx.resources` is the trusted tier's: that it is not there is the refusal.
      if (row.capability !== 'resources') t.notMatch(gained, mistakes, `${name} was made`)
    }
    t.strictSame(await lateEffects(world), [], 'nothing arrives later')
    t.ok(reports.length > LEAST_ATTEMPTS)
    t.comment(`${reports.length} attempts`)
  })
  await t.test('what its owner can have by the same attempt, the judge sees', async (t) => {
    for (const { row, attacker, leaks, gained } of await runControls(world, allAttempts)) {
      const shown = gained.slice(0, 300)
      t.not(leaks.length, 0, `${row.capability}: ${row.name} (${attacker}): ${shown}`)
    }
  })
  await t.test('everything that was planted can be read by whom it belongs to', async (t) => {
    const read = await ownerReads(world)
    for (const kind of new Set(world.canaries.map((canary) => canary.kind))) {
      // Where the engine's folder is, only the engine's version is told: see resources.test.ts. A client's secret, nobody.
      if (kind !== 'resource' && kind !== 'client-secret') t.ok(read.has(kind), kind)
    }
  })
}
