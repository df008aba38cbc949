import { simulateCanary } from './canary-simulation.ts'
import { measureRollbacks } from './rollback-rounds.ts'

/** One thousand a row: one in a hundred stopped would be seen as ten. */
const ROLLOUTS = 1000

/** What a bad version costs, how seldom a good one is stopped, and how fast one is taken back. */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  const rollbacks = await measureRollbacks()
  return { ...simulateCanary({ rollouts: ROLLOUTS }), ...rollbacks }
}
