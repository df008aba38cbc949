import t from 'tap'
import { marketplaceErrors } from '../../src/errors.ts'
import { problemBody } from '../../src/http/problem.ts'

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

t.test('both languages of every refusal speak of the same things', async (t) => {
  const places = (text: string) => new Set(text.match(/\{\w+\}/g))
  for (const [name, { message, cure }] of Object.entries(marketplaceErrors.definitions)) {
    t.strictSame(places(message.en), places(message['zh-CN']), name)
    t.strictSame(places(cure.en), places(cure['zh-CN']), name)
  }
})
