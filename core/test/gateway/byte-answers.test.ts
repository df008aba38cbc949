import { Readable } from 'node:stream'
import fastify, { type FastifyReply } from 'fastify'
import t from 'tap'
import type { ByteAnswer } from '../../src/broker/stream-attempt.ts'
import { ByteAnswers } from '../../src/gateway/byte-answers.ts'

const answerOf = (stream: Readable, more: Partial<ByteAnswer> = {}): ByteAnswer => ({
  stream,
  contentType: 'text/csv',
  fileName: undefined,
  maxMs: 10_000,
  plugin: '@a/b',
  version: '1.0.0',
  arm: 'stable',
  ...more,
})

function appOf(answer: () => ByteAnswer) {
  const app = fastify()
  const answers = new ByteAnswers(app)
  const cuts: string[] = []
  app.decorateRequest('trace', { getter: () => ({ traceId: 't', spanId: 's', sampled: false }) })
  app.get('/', { exposeHeadRoute: true }, (_request, reply: FastifyReply) =>
    answers.send(reply, answer(), ({ code }) => cuts.push(code)),
  )
  t.teardown(() => app.close())
  return { app, cuts }
}

t.test('whatever a file is called, it is one parameter of one header', async (t) => {
  for (const fileName of [
    'a.csv',
    'a"; filename=b',
    "it's 100%.csv",
    '表.csv',
    '\u202egnp.exe',
    '😀',
  ]) {
    const { app } = appOf(() => answerOf(Readable.from(['x']), { fileName }))
    const { headers } = await app.inject('/')
    const value = String(headers['content-disposition'])
    t.match(value, /^attachment; filename="[^"\\%]*"; filename\*=UTF-8''[\w.%~!-]+$/, fileName)
    t.equal(decodeURIComponent(value.replace(/.*UTF-8''/, '')), fileName)
    t.match(headers, { 'content-type': 'text/csv', 'x-content-type-options': 'nosniff' })
  }
})

t.test('a client that never takes the end of an answer is cut at last', async (t) => {
  const stream = new Readable({ read: () => undefined })
  // A second of grace comes on top of it: a tenth of one is left.
  const { app, cuts } = appOf(() => answerOf(stream, { maxMs: -900 }))
  const asked = app.inject('/').catch(() => undefined)
  await new Promise((resolve) => stream.once('close', resolve))
  await asked
  t.same(cuts, ['CORE_BYTES_TOO_LONG'])
})

t.test('a host that stops cuts what is under way', async (t) => {
  const stream = new Readable({ read: () => undefined })
  const { app } = appOf(() => answerOf(stream))
  const asked = app.inject('/').catch(() => undefined)
  await new Promise((resolve) => stream.once('resume', resolve))
  await app.close()
  await asked
  t.ok(stream.destroyed)
})
