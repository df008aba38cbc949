import t from 'tap'
import { planDigest, planRehearsal } from '../../../src/broker/db/rehearsal/rehearsal-plan.ts'

const step = (name: string) => ({ name, expandSql: `-- ${name}`, downSql: '' })
const entry = (name: string, version: string) => ({ ...step(name), version, checksum: '' })
const names = (steps: readonly { name: string }[]) => steps.map(({ name }) => name)

const older = { version: '1.1.0', steps: [step('0001-a'), step('0002-b')] }
const newer = {
  version: '1.2.0',
  steps: [step('0004-d'), step('0001-a'), step('0002-b'), step('0003-c')],
}

t.test('what the newer version adds is tried on what stood before it', async (t) => {
  const ledger = [
    entry('0001-a', '1.0.0'),
    entry('0002-b', '1.1.0'),
    entry('0003-c', '1.2.0'),
    entry('0004-d', '1.2.0'),
  ]
  const { base, tried } = planRehearsal(ledger, older, newer)
  t.same(names(base), ['0001-a', '0002-b'])
  t.same(names(tried), ['0003-c', '0004-d'], 'though they ran already')
})

t.test(
  'the ledger is replayed in the order in which it ran, contracts with their steps',
  async (t) => {
    const ledger = [
      entry('0002-b', '1.0.0'),
      entry('0001-a', '1.1.0'),
      entry('0001-a.contract', '1.1.0'),
      entry('0003-c.backfill', '1.2.0'),
    ]
    t.same(names(planRehearsal(ledger, older, newer).base), ['0002-b', '0001-a', '0001-a.contract'])
  },
)

t.test(
  'a step whose file later versions left out stands; those of a third version do not',
  async (t) => {
    const ledger = [entry('0000-old', '0.9.0'), entry('0001-a', '1.0.0'), entry('0009-z', '3.0.0')]
    t.same(names(planRehearsal(ledger, older, newer).base), ['0000-old', '0001-a'])
  },
)

t.test('a version without steps of its own has nothing to rehearse', async (t) => {
  const ledger = [entry('0001-a', '1.0.0'), entry('0002-b', '1.1.0')]
  t.same(planRehearsal(ledger, older, older).tried, [])
})

t.test('a digest tells another text from the one that was rehearsed', async (t) => {
  const plan = { base: [step('0001-a')], tried: [step('0002-b')], contracted: [] }
  t.equal(planDigest(plan), planDigest(structuredClone(plan)))
  t.not(planDigest(plan), planDigest({ ...plan, base: plan.tried, tried: plan.base }))
  const other = { ...step('0002-b'), downSql: 'DROP TABLE b' }
  t.not(planDigest(plan), planDigest({ ...plan, tried: [other] }))
})

t.test('a version that does not know a contracted step may need what is gone', async (t) => {
  const ledger = [
    entry('0001-a', '1.0.0'),
    entry('0003-c', '1.2.0'),
    entry('0003-c.contract', '1.2.0'),
  ]
  const back = planRehearsal(ledger, { ...newer, version: '1.2.0' }, older)
  t.same(back.contracted, ['0003-c'])
  t.same(planRehearsal(ledger, older, newer).contracted, [], 'one that knows it does not')
  const later = { version: '2.0.0', steps: [step('0004-d')] }
  t.same(planRehearsal(ledger, older, later).contracted, [], 'nor one that came after it')
})
