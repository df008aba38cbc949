import Fastify from 'fastify'
import t from 'tap'
import { answerErrors } from '../../src/http/error-handler.ts'

const app = Fastify({ logger: false })
const away = new Error('nobody answers')
answerErrors(app, { isDatabaseUnavailable: (error) => error === away })
app.get('/away', () => {
  throw away
})
app.get('/broken', () => {
  throw new Error('a secret of the host')
})
t.teardown(() => app.close())

t.test('a database that is away is answered with 503 and when to come back', async (t) => {
  const answer = await app.inject({ url: '/away', headers: { 'accept-language': 'de, zh;q=0.5' } })
  t.match(answer, { statusCode: 503, headers: { 'retry-after': '2' } })
  t.match(answer.json(), { code: 'MKT_DATABASE_UNAVAILABLE', title: /没有响应/ })
})

t.test('any other error is told by its trace only', async (t) => {
  const answer = await app.inject({ url: '/broken' })
  t.match(answer.json(), { status: 500, code: 'MKT_INTERNAL' })
  t.notMatch(answer.body, 'secret')
})
