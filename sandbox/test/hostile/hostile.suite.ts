import '../plain-spawn.ts'
import { defaultLimits } from '@signalbox/sdk/manifest'
import t from 'tap'
import { allAttacks, attackClasses } from './attacks/all-attacks.ts'
import { checkReport } from './check-report.ts'
import { runAttacks } from './run-attacks.ts'

/** As the issue has it; more is better, fewer is a class that somebody forgot. */
const AT_LEAST = 90
/** Strangers may then hold every lane there is: a turn of a second, its grace, and the start of a lane. */
const MAX_STORM_OUTAGE_MS = 2000

t.test('every attack is another one', async (t) => {
  t.ok(allAttacks.length >= AT_LEAST, `${allAttacks.length} attacks`)
  t.equal(new Set(allAttacks.map(({ name }) => name)).size, allAttacks.length, 'names')
  t.equal(new Set(allAttacks.map(({ run, bundle }) => run ?? bundle)).size, allAttacks.length)
})

for (const hardenGuests of [true, false]) {
  for (const [name, attacks] of Object.entries(attackClasses)) {
    t.test(`${name}, lockdown ${hardenGuests ? 'on' : 'off'}`, async (t) => {
      checkReport(t, await runAttacks(attacks, { hardenGuests, limits: defaultLimits }))
    })
  }
}

t.test('attacks that cost a lane each, faster than lanes start', async (t) => {
  const attacks = attackClasses['built-ins that nothing interrupts'] ?? []
  const options = { hardenGuests: true, limits: defaultLimits, isStorm: true } as const
  checkReport(t, await runAttacks(attacks, options), MAX_STORM_OUTAGE_MS)
})
