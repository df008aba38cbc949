import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  dataWishes,
  firstRemovalState,
  nextRemovalState,
  type RemovalCommand,
  type RemovalState,
  removalStates,
  unfinishedRemovals,
} from '../../src/removal/removal-states.ts'

const states = Object.keys(removalStates) as RemovalState[]
const commands: readonly RemovalCommand[] = [...dataWishes, 'done']

t.test('every move leads to a state of the table, or to the end', async (t) => {
  for (const state of states) {
    for (const to of Object.values(removalStates[state])) {
      t.ok(to === null || states.includes(to as RemovalState), `${state} to ${to}`)
    }
  }
})

/** Where a removal stands after these; what a state does not know changes nothing. */
function after(start: RemovalState, asked: readonly RemovalCommand[]): RemovalState | null {
  let state: RemovalState | null = start
  for (const command of asked) {
    const next: RemovalState | null | undefined = nextRemovalState(state, command)
    if (next === null) return null
    state = next ?? state
  }
  return state
}

t.test('whatever is asked on the way, work alone brings it to its end', async (t) => {
  const asked = fc.array(fc.constantFrom(...commands))
  fc.assert(
    fc.property(fc.constantFrom(...dataWishes), asked, (first, more) => {
      const state = after(firstRemovalState[first], more)
      const end = state === null ? null : after(state, ['done', 'done'])
      t.ok(end === null || end === 'kept')
      t.equal(end !== null && unfinishedRemovals.includes(end), false)
    }),
  )
})

t.test('nothing calls a purge back, and what is kept is not lost by asking again', async (t) => {
  for (const wish of dataWishes) t.equal(nextRemovalState('purging', wish), undefined)
  t.equal(nextRemovalState('kept', 'keep'), undefined)
  t.equal(nextRemovalState('kept', 'export'), 'exporting', 'it is exported before it goes')
})
