import t from 'tap'
import { coreErrors } from '../../../src/errors.ts'
import { notReadyRefusal } from '../../../src/registry/withdrawn/withdrawal-refusal.ts'
import { blockMoves, followBlocks } from '../../../src/rollout/blocked/follow-blocks.ts'
import { emptySnapshot, type Snapshot } from '../../../src/rollout/routing/snapshot.ts'

const rollout = { id: 'rol_1', from: '1.0.0', to: '1.1.0' }

function table(blocked: readonly string[], isCanary = true): Snapshot {
  return {
    ...emptySnapshot,
    stable: new Map([['@acme/one', '1.0.0']]),
    rollouts: isCanary ? new Map([['@acme/one', rollout as never]]) : new Map(),
    blocked: new Map(blocked.map((version) => [`@acme/one@${version}`, 'it counts twice'])),
  }
}

const kinds = (snapshot: Snapshot) => blockMoves(snapshot).map(({ kind }) => kind)

t.test(
  'a blocked canary is aborted, a blocked stable goes back, and a canary beside it ends',
  async (t) => {
    t.same(kinds(table(['1.1.0'])), ['command'])
    t.same(kinds(table(['1.0.0'], false)), ['rollback'])
    t.same(kinds(table(['1.0.0'])), ['command', 'rollback'])
  },
)

t.test('what is blocked and runs nowhere moves nothing', async (t) => {
  t.same(kinds(table(['0.9.0'])), [])
  t.same(kinds(table([])), [])
  t.same(kinds(emptySnapshot), [])
})

/** Notes what was asked of it. @param refusal of each rollback */
function follower(refusal?: Error) {
  const asked: string[] = []
  const warned: unknown[] = []
  const follow = followBlocks({
    rollouts: {
      command: async (_caller, id, command) => {
        asked.push(`${command} ${id}`)
        return {} as never
      },
      rollback: async (_caller, plugin) => {
        asked.push(`rollback ${plugin}`)
        if (refusal !== undefined) throw refusal
        return {} as never
      },
    },
    log: { warn: (fields) => void warned.push(fields) },
  })
  return { asked, warned, follow }
}

t.test('a rollback that is refused is not asked again of each table', async (t) => {
  const { asked, warned, follow } = follower(
    coreErrors.create('ROLLBACK_UNKNOWN', { plugin: '@acme/one', version: '1.0.0', to: 'x' }),
  )
  await follow(table(['1.0.0'], false))
  await follow({ ...table(['1.0.0'], false), generation: 7 })
  t.same(asked, ['rollback @acme/one'])
  t.equal(warned.length, 1)
})

t.test('after an outage the next table is looked at again', async (t) => {
  const { asked, follow } = follower(new Error('connection lost'))
  await follow(table(['1.0.0'], false))
  await follow({ ...table(['1.0.0'], false), generation: 7 })
  t.same(asked, ['rollback @acme/one', 'rollback @acme/one'])
})

t.test('a call that leads to a blocked version is told why', async (t) => {
  const refused = notReadyRefusal(table(['1.0.0']), '@acme/one', '1.0.0')
  t.match(refused, { code: 'CORE_VERSION_BLOCKED', status: 503, message: /it counts twice/ })
  t.equal(notReadyRefusal(emptySnapshot, '@acme/one', '1.0.0').code, 'CORE_VERSION_NOT_READY')
})
