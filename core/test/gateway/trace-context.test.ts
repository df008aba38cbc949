import { randomBytes } from 'node:crypto'
import t from 'tap'
import { traceContext, traceparent } from '../../src/gateway/trace-context.ts'

const random = randomBytes(24).toString('hex')

t.test("goes on with the caller's trace under a span of its own", async (t) => {
  const header = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const context = traceContext(header, random)
  t.equal(context.traceId, '4bf92f3577b34da6a3ce929d0e0e4736')
  t.not(context.spanId, '00f067aa0ba902b7')
  t.match(traceparent(context), /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
})

t.test('starts a trace where the header is missing, broken or all zeros', async (t) => {
  const broken = [
    undefined,
    '',
    'x',
    '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01',
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ]
  for (const header of broken) {
    t.equal(traceContext(header, random).traceId, random.slice(0, 32))
  }
})
