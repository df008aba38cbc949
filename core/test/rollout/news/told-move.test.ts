import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { toldMove } from '../../../src/rollout/news/told-move.ts'
import { rolloutCommands } from '../../../src/rollout/rollout-states.ts'

const note = (command: string, data: object) => ({
  id: 'e1',
  type: `signalbox.rollout.${command}`,
  subject: 'rol_1',
  at: new Date(0),
  data: {
    plugin: '@acme/orders',
    kind: 'plugin',
    document: null,
    tenant: null,
    asked: null,
    from: '1.0.0',
    to: '1.1.0',
    group: null,
    state: { before: 'running', after: 'running' },
    step: 1,
    weightBp: 500,
    actor: 'judge',
    reason: 'held',
    reasons: { en: 'held', 'zh-CN': '已保持' },
    evidence: {},
    generation: 7,
    ...data,
  },
})

t.test('a move says what happened and why, in two languages', async (t) => {
  t.strictSame(toldMove(note('advance', {}), 'acme'), {
    rollout: 'rol_1',
    kind: 'plugin',
    plugin: '@acme/orders',
    document: null,
    from: '1.0.0',
    to: '1.1.0',
    command: 'advance',
    state: { before: 'running', after: 'running' },
    step: 1,
    weightBp: 500,
    reason: { en: 'held', 'zh-CN': '已保持' },
    by: 'judge',
    generation: 7,
  })
})

t.test('whose word it was is said to that tenant alone', async (t) => {
  const reasons = { en: 'board of secretco says yes', 'zh-CN': 'secretco 的看板同意' }
  const byAdmin = { asked: 'secretco', actor: 'admin:secretco/tok_1', reasons }
  t.match(toldMove(note('approve', byAdmin), 'secretco'), {
    reason: reasons,
    by: 'admin:secretco/tok_1',
  })
  t.match(toldMove(note('approve', byAdmin), 'acme'), { by: 'admin' })
  const wanted = { en: /was not given in time/, 'zh-CN': /未在限定时间内/ }
  t.match(toldMove(note('pause', { asked: 'secretco', reasons }), 'acme').reason, wanted)
})

t.test('nothing that a move rests on names another tenant to anybody', async () => {
  const reasons = { en: 'as secretco wants', 'zh-CN': '按 secretco 的要求' }
  const data = fc.record({
    actor: fc.constantFrom('judge', 'admin:secretco/tok_1'),
    asked: fc.constantFrom('secretco', undefined),
    evidence: fc.constant({ gate: { tenant: 'secretco' }, members: ['tenant:secretco'] }),
    lists: fc.constant({ deny: ['app:secretco/erp'] }),
    reasons: fc.constant(reasons),
  })
  const command = fc.constantFrom('advance', 'pause', 'approve')
  fc.assert(
    fc.property(command, data, (name, said) => {
      return !JSON.stringify(toldMove(note(name, said), 'acme')).includes('secretco')
    }),
  )
})

t.test("what the judge found is told whole, and so are the operator's words", async (t) => {
  for (const command of rolloutCommands) {
    const by = { actor: 'operator', asked: 'secretco' }
    t.equal(toldMove(note(command, by), 'acme').reason.en, 'held')
  }
  const found = { asked: 'secretco' }
  t.equal(toldMove(note('abort', found), 'acme').reason.en, 'held')
})
