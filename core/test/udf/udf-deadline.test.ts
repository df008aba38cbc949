import t from 'tap'
import { timeLeft } from '../../src/udf/udf-deadline.ts'

const provided = { version: { plugin: '@acme/a', version: '1.0.0' }, udf: 'margin' } as never
const deadline = { begunAt: 1000, limitMs: 5000 }

t.test('what a step took is taken from what is left for the next', async (t) => {
  t.equal(timeLeft(deadline, 1000, provided, 7), 5000)
  t.equal(timeLeft(deadline, 5999, provided, 7), 1)
})

t.test('who waited in vain is told how long, and for what', async (t) => {
  t.throws(() => timeLeft(deadline, 6012, provided, 7), {
    code: 'SBX_BATCH_DEADLINE',
    message: /margin of @acme\/a 1\.0\.0 .* 0 of 7 rows after 5012 ms; the deadline was 5000 ms/,
  })
})
