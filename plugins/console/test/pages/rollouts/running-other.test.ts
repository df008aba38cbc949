import t from 'tap'
import type { RolloutState, RolloutSummary } from '../../../web/pages/rollouts/rollout.ts'
import { runningOther } from '../../../web/pages/rollouts/running-other.ts'

const rollout = (id: string, state: RolloutState): RolloutSummary => ({
  ...{ id, state, plugin: '@acme/orders', kind: 'plugin', from: '1.0.0', to: '1.1.0' },
  ...{ revision: 1, step: 0, steps: [], cohortBy: 'request', createdAt: '', updatedAt: '' },
})

t.test('what shares the calls of a plugin is another to the one that starts', async (t) => {
  for (const state of ['running', 'baking', 'paused'] as const) {
    const all = [rollout('rol_2', 'ready'), rollout('rol_1', state)]
    t.equal(runningOther(all, 'rol_2')?.id, 'rol_1', state)
    t.equal(runningOther(all, 'rol_1'), undefined, `${state}, itself`)
  }
})

t.test('what is planned or over is in the way of none', async (t) => {
  const states = ['ready', 'completed', 'aborted', 'superseded', 'rolled_back'] as const
  t.equal(runningOther(states.map((state, at) => rollout(`rol_${at}`, state))), undefined)
})
