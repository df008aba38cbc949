import t from 'tap'
import {
  chosenStates,
  nextVersionState,
  type VersionCommand,
  type VersionState,
  versionStates,
  visibleStates,
} from '../../src/review/version-states.ts'

const states = Object.keys(versionStates) as VersionState[]
const commands: readonly VersionCommand[] = [
  'approve',
  'reject',
  'reopen',
  'yank',
  'unyank',
  'block',
  'unblock',
]

t.test('what waits, was rejected or was blocked is shown to nobody', async (t) => {
  t.same(visibleStates, ['published', 'deprecated', 'yanked'])
  t.same(chosenStates, ['published', 'deprecated'])
})

t.test(
  'only an appeal leads back to review, and what was once shown never goes there',
  async (t) => {
    for (const state of states) {
      for (const command of commands) {
        const next = nextVersionState(state, command)
        if (next === 'staged') t.same([state, command], ['rejected', 'reopen'])
        if (state === 'rejected' && command !== 'reopen') t.equal(next, undefined)
        if (next !== undefined) t.not(next, state)
      }
    }
  },
)

t.test(
  'every visible version can be blocked, and a blocked one is not installed anew by one step',
  async (t) => {
    for (const state of visibleStates) t.equal(nextVersionState(state, 'block'), 'blocked')
    t.notOk(chosenStates.includes(nextVersionState('blocked', 'unblock') as VersionState))
  },
)

t.test('what is deprecated comes back as deprecated, whatever showed it again', async (t) => {
  for (const state of states) {
    for (const command of commands) {
      const [plain, warned] = [false, true].map((is) => nextVersionState(state, command, is))
      t.equal(warned, plain === 'published' ? 'deprecated' : plain, `${state} ${command}`)
    }
  }
})
