import t from 'tap'
import { marketplaceErrors } from '../../src/errors.ts'
import { databaseFault } from '../../src/http/database-fault.ts'
import { languageOf, problemBody } from '../../src/http/problem.ts'

t.test('a refusal reads as RFC 9457 and as npm prints it', async (t) => {
  const error = marketplaceErrors.create(
    'INPUT_INVALID',
    {},
    { faults: [{ pointer: '/name', detail: 'must be gate' }] },
  )
  t.strictSame(problemBody(error, 'en', 'trace-1'), {
    type: 'urn:signalbox:error:MKT_INPUT_INVALID',
    title: 'The request is not valid.',
    status: 400,
    detail: 'Correct the places named in errors[].',
    code: 'MKT_INPUT_INVALID',
    traceId: 'trace-1',
    errors: [{ pointer: '/name', detail: 'must be gate' }],
    error: 'The request is not valid. /name must be gate; Correct the places named in errors[].',
    reason: 'MKT_INPUT_INVALID',
  })
  t.equal(problemBody(error, 'zh-CN', '').title, '请求无效。')
})

t.test('the language is Chinese for who asks for it first', async (t) => {
  t.equal(languageOf('zh-CN,zh;q=0.9,en;q=0.8'), 'zh-CN')
  t.equal(languageOf('en-GB,zh;q=0.9'), 'en')
  t.equal(languageOf(undefined), 'en')
})

t.test('both languages of every refusal speak of the same things', async (t) => {
  const places = (text: string) => new Set(text.match(/\{\w+\}/g))
  for (const [name, { message, cure }] of Object.entries(marketplaceErrors.definitions)) {
    t.strictSame(places(message.en), places(message['zh-CN']), name)
    t.strictSame(places(cure.en), places(cure['zh-CN']), name)
  }
})

t.test('a database that is away is told from a statement that failed', async (t) => {
  const away = [
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    new Error('Connection terminated unexpectedly'),
    Object.assign(new Error('pool'), { name: 'KnexTimeoutError' }),
  ]
  for (const error of away) {
    t.match(databaseFault(error), { code: 'MKT_DATABASE_UNAVAILABLE', status: 503, cause: error })
  }
  t.equal(databaseFault(Object.assign(new Error('duplicate key'), { code: '23505' })), undefined)
  t.equal(databaseFault('text'), undefined)
})
