import t from 'tap'
import { refusedCommand } from '../../src/rollout/refused-command.ts'
import type { RolloutGuard } from '../../src/rollout/rollout-states.ts'

const rollout = { id: 'rol_0123456789abcdef', plugin: '@acme/orders', state: 'ready' } as const
const reason = { en: 'stock-taking', 'zh-CN': '盘点' }
const standstill = {
  lockdown: undefined,
  freezes: [
    {
      name: 'year-end',
      plugin: null,
      time: { from: '2026-12-24T00:00:00Z', to: '2027-01-02T00:00:00Z' },
      reason,
    },
  ],
}
const now = Date.parse('2026-12-25T00:00:00Z')
const refused = (unmet: RolloutGuard | undefined, held: object = standstill) =>
  refusedCommand({
    rollout,
    command: 'start',
    unmet,
    standstill: held as typeof standstill,
    now,
  })

t.test('a freeze is named with its reason, and what is done about it', async (t) => {
  const error = refused('not-frozen')
  t.match(error.message, 'the freeze "year-end" is in force: stock-taking')
  t.match(error.cure('en'), 'GET /v1/rollout-freezes')
  t.match(error.localizedMessage('zh-CN'), '处于冻结期“year-end”：盘点')
  t.notMatch(error.localizedMessage('zh-CN'), /it needs/)
})

t.test('a lockdown is named with its reason', async (t) => {
  const lockdown = { reason, actor: 'operator', since: '2026-12-25T00:00:00Z' }
  t.match(refused('unlocked', { lockdown, freezes: [] }).message, 'locked down: stock-taking')
})

t.test('another rollout in the way: how this one takes its place', async (t) => {
  t.match(refused('alone').cure('en'), '"supersedes": true')
  t.match(refused('alone').cure('en'), 'GET /v1/rollouts/rol_0123456789abcdef')
})

t.test('a command that the state does not know tells the state', async (t) => {
  t.match(refused(undefined).message, 'it is ready')
  t.equal(
    refused(undefined).cure('en'),
    'GET /v1/rollouts/rol_0123456789abcdef says where it stands.',
  )
})
