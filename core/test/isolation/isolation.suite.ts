import t from 'tap'
import { allAttempts } from './attempts/all-attempts.ts'
import { lateEffects, runAttempts, runControls } from './run-attempts.ts'
import { buildWorld } from './world.ts'

const world = await buildWorld(t)

t.test('no attempt of a hostile plugin, or of another tenant, gets anything', async (t) => {
  const reports = await runAttempts(world, allAttempts)
  for (const { row, attacker, leaks, gained } of reports) {
    t.strictSame(leaks, [], `${row.capability}: ${row.name} (${attacker})`)
    if (process.env.SHOW_ATTEMPTS) t.comment(gained.slice(0, 400))
  }
  t.strictSame(await lateEffects(world), [], 'nothing arrives later')
  t.comment(`${reports.length} attempts`)
})

t.test('what its owner can have by the same attempt, the judge sees', async (t) => {
  for (const { row, attacker, leaks, gained } of await runControls(world, allAttempts)) {
    t.not(leaks.length, 0, `${row.capability}: ${row.name} (${attacker})\n${gained.slice(0, 300)}`)
  }
})
