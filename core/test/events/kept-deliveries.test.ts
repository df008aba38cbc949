import t from 'tap'
import { servedBy } from '../../src/events/kept-deliveries.ts'
import {
  emptySnapshot,
  type LiveRollout,
  type Snapshot,
} from '../../src/rollout/routing/snapshot.ts'

const snapshotAt = (step: number, weightBp: number): Snapshot => {
  const cohort = { salt: 's', weightBp, cohortBy: 'entity' } as const
  const live: LiveRollout = { id: 'rol_1', from: '1.0.0', to: '1.1.0', step, cohort }
  return { ...emptySnapshot, rollouts: new Map([['orders', live]]) }
}
const served = (step: number, weightBp: number) =>
  servedBy(snapshotAt(step, weightBp), 'acme', 'orders')

t.test('events that are kept are asked about again by each step, whatever it gives', async (t) => {
  t.equal(served(0, 500), served(0, 500))
  t.not(served(0, 500), served(1, 2500))
  t.not(served(0, 500), served(1, 500), 'a cohort came at the same weight')
})
