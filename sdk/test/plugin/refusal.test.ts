import t from 'tap'
import { isRefusalCode, Refusal } from '../../src/index.ts'

t.test('a refusal is an error with a code of its author', async (t) => {
  const refusal = new Refusal('HISTORY_TOO_SHORT', 'Send at least 8 values.')
  t.type(refusal, Error)
  t.equal(refusal.name, 'Refusal')
  t.equal(refusal.code, 'HISTORY_TOO_SHORT')
  t.equal(refusal.message, 'Send at least 8 values.')
})

for (const code of ['', 'too short', 'lower_case', '1ST', 'A'.repeat(61)]) {
  t.test(`"${code.slice(0, 12)}" is no code of a refusal`, async (t) => {
    t.throws(() => new Refusal(code, 'No.'), TypeError)
  })
}

t.test('a refusal never passes for one of the host', async (t) => {
  for (const code of ['CORE_UNAUTHORISED', 'SBX_BUSY', 'MKT_BUSY', 'SDK_X']) {
    t.throws(() => new Refusal(code, 'No.'), TypeError, code)
    t.notOk(isRefusalCode(code), code)
  }
  for (const code of ['CORE', 'CORES_EMPTY', 'SCORE_LOW']) t.ok(isRefusalCode(code), code)
})
