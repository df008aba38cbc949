import t from 'tap'
import {
  type ChainPart,
  type PartQuery,
  type Walked,
  walkChain,
} from '../../../web/pages/audit/chain-walk.ts'

const part = (more: Partial<ChainPart>): ChainPart => ({
  chain: 'acme',
  ok: true,
  checked: 10,
  checkpoints: 1,
  removedUpTo: 0,
  signedUpTo: 20,
  unsealed: { waiting: 0, oldestAt: null },
  ...more,
})

async function walk(parts: readonly ChainPart[]) {
  const asked: PartQuery[] = []
  const told: Walked[] = []
  const walked = await walkChain(
    async (query) => {
      const next = parts[asked.length]
      asked.push(query)
      if (next === undefined) throw new Error('asked past the end')
      return next
    },
    (so) => told.push(so),
  )
  return { asked, told, walked }
}

t.test('each part begins at the link that the one before ended with', async (t) => {
  const next = { number: 10, hash: 'aa' }
  const { asked, told, walked } = await walk([part({ next }), part({ checked: 5 })])
  t.strictSame(asked, [{}, { after: 10, hash: 'aa' }])
  t.strictSame(
    told.map(({ isOver, checked }) => [isOver, checked]),
    [
      [false, 10],
      [true, 15],
    ],
  )
  t.equal(walked.checkpoints, 2)
  t.equal(walked.fault, undefined)
})

t.test('a walk ends at the first thing that is wrong', async (t) => {
  const fault = { kind: 'entry changed', number: 7 } as const
  const { asked, walked } = await walk([part({ ok: false, fault })])
  t.equal(asked.length, 1)
  t.strictSame(walked.fault, fault)
  t.ok(walked.isOver)
})

t.test('a clock that was set back in an early part is told at the end', async (t) => {
  const next = { number: 10, hash: 'aa' }
  const { walked } = await walk([part({ next, clockSetBackAt: 3 }), part({})])
  t.equal(walked.clockSetBackAt, 3)
})
