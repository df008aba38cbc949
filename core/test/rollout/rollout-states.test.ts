import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  nextRolloutState,
  nextStep,
  type RolloutCommand,
  type RolloutGuard,
  type RolloutState,
  rolloutCommands,
  rolloutGuards,
  rolloutStates,
  settledStates,
  sharingStates,
  strongestCommand,
  terminalStates,
  unmetGuards,
} from '../../src/rollout/rollout-states.ts'
import { weightOf } from '../../src/rollout/rollout-weight.ts'

const states = Object.keys(rolloutStates) as RolloutState[]
const open = states.filter((state) => nextRolloutState(state, 'abort') !== undefined)
const anyCommands = fc.array(fc.constantFrom(...rolloutCommands), { maxLength: 12 })

function facts(value: boolean): Record<RolloutGuard, boolean> {
  const names = Object.keys(rolloutGuards) as RolloutGuard[]
  return Object.fromEntries(names.map((name) => [name, value])) as Record<RolloutGuard, boolean>
}

function after(commands: readonly RolloutCommand[]): RolloutState {
  return commands.reduce<RolloutState>(
    (state, command) => nextRolloutState(state, command) ?? state,
    'ready',
  )
}

t.test('every move leads to a state of the table, under guards that have a text', async (t) => {
  for (const state of states) {
    for (const [command, { to, guards }] of Object.entries(rolloutStates[state])) {
      t.ok(states.includes(to as RolloutState), `${state} ${command}`)
      t.ok(rolloutCommands.includes(command as RolloutCommand), command)
      for (const guard of guards) t.ok(guard in rolloutGuards, guard)
    }
  }
})

t.test('every state is reached from ready', async (t) => {
  const reached = new Set<RolloutState>(['ready'])
  for (const state of reached) {
    for (const command of rolloutCommands) {
      const next = nextRolloutState(state, command)
      if (next !== undefined) reached.add(next)
    }
  }
  t.same([...reached].sort(), [...states].sort())
})

t.test('nothing leads out of the end, and everything else has a way out', async (t) => {
  for (const state of states) {
    const ways = rolloutCommands.filter((command) => nextRolloutState(state, command) !== undefined)
    t.equal(ways.length === 0, terminalStates.includes(state), state)
  }
})

t.test('abort wins over whatever waits beside it, and no guard stands in its way', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...open), anyCommands, anyCommands, (state, some, others) => {
      const command = strongestCommand(state, [...some, 'abort', ...others])
      return (
        command === 'abort' &&
        unmetGuards(state, command, facts(false)).length === 0 &&
        nextRolloutState(state, command) === 'aborted'
      )
    }),
  )
})

t.test('whatever is done before or after, an aborted rollout stays so', async () => {
  fc.assert(
    fc.property(anyCommands, anyCommands, (before, later) => {
      const state = after([...before, 'abort'])
      const isOver = settledStates.includes(state)
      return isOver && (state !== 'aborted' || after([...before, 'abort', ...later]) === 'aborted')
    }),
  )
})

t.test('a canary is given calls only between start and the end', async (t) => {
  t.same([...sharingStates], ['running', 'paused', 'baking'])
  for (const state of sharingStates) t.equal(nextRolloutState(state, 'abort'), 'aborted')
})

t.test('the strongest of waiting commands is one that the state allows', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...states), anyCommands, (state, waiting) => {
      const command = strongestCommand(state, waiting)
      const allowed = waiting.filter((each) => nextRolloutState(state, each) !== undefined)
      if (command === undefined) return allowed.length === 0
      const rank = (each: RolloutCommand) => rolloutCommands.indexOf(each)
      return allowed.includes(command) && allowed.every((each) => rank(each) >= rank(command))
    }),
  )
})

t.test('commands outrank each other as operators were promised', async (t) => {
  t.same(rolloutCommands, [
    'abort',
    'rollback',
    'supersede',
    'pause',
    'resume',
    'start',
    'approve',
    'promote',
    'bake',
    'advance',
  ])
})

t.test(
  'the weight rises only by start, advance and approve, and is gone with the end',
  async () => {
    const steps = [100, 2500, 10_000].map((weightBp) => ({ weightBp, hold: { durationMs: 1 } }))
    fc.assert(
      fc.property(anyCommands, (commands) => {
        let stand = { state: 'ready' as RolloutState, step: 0, steps }
        for (const command of commands) {
          const state = nextRolloutState(stand.state, command)
          if (state === undefined) continue
          const next = { ...stand, state, step: nextStep(stand.step, command) }
          const mayRise = ['start', 'advance', 'approve'].includes(command)
          if (weightOf(next) > weightOf(stand) && !mayRise) return false
          if (terminalStates.includes(state) && weightOf(next) !== 0) return false
          stand = next
        }
        return true
      }),
    )
  },
)

t.test('in a lockdown and in a freeze nothing is started, goes on or becomes stable', async (t) => {
  for (const guard of ['unlocked', 'not-frozen'] as const) {
    const held = { ...facts(true), [guard]: false }
    for (const state of states) {
      for (const command of ['start', 'advance', 'approve', 'promote'] as const) {
        if (nextRolloutState(state, command) === undefined) continue
        t.same(unmetGuards(state, command, held), [guard], `${state} ${command}`)
      }
      for (const command of ['abort', 'rollback', 'pause'] as const) {
        t.same(unmetGuards(state, command, held), [], `${state} ${command}`)
      }
    }
  }
})

t.test('no command of the controller or of the operator goes past an approval', async (t) => {
  const waiting = { ...facts(true), 'gate-open': false, 'gates-passed': false }
  t.same(unmetGuards('running', 'advance', waiting), ['gate-open'])
  for (const state of ['running', 'paused', 'baking'] as const) {
    t.same(unmetGuards(state, 'promote', waiting), ['gates-passed'])
  }
})

t.test('a version that the judge condemned neither goes on nor becomes stable', async (t) => {
  const condemned = { ...facts(true), 'not-condemned': false }
  t.same(unmetGuards('running', 'advance', condemned), ['not-condemned'])
  t.same(unmetGuards('running', 'promote', condemned), ['not-condemned'])
  t.same(unmetGuards('paused', 'resume', condemned), ['not-condemned'])
  t.same(unmetGuards('running', 'abort', condemned), [])
})

t.test('whatever shares calls can be superseded, and nothing stands in its way', async (t) => {
  const from = states.filter((state) => nextRolloutState(state, 'supersede') !== undefined)
  t.same([...from].sort(), [...sharingStates].sort())
  for (const state of from) {
    t.equal(nextRolloutState(state, 'supersede'), 'superseded')
    t.same(unmetGuards(state, 'supersede', facts(false)), [])
  }
})

t.test('only a completed rollout is rolled back, while its window is open', async (t) => {
  const from = states.filter((state) => nextRolloutState(state, 'rollback') !== undefined)
  t.same(from, ['completed'])
  t.same(unmetGuards('completed', 'rollback', { ...facts(true), 'window-open': false }), [
    'window-open',
  ])
})
