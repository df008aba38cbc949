import t from 'tap'
import { coreErrors } from '../../src/errors.ts'
import { languageOf, problemOf } from '../../src/gateway/problem.ts'

t.test('a refusal carries code, cure, trace and the places of the fault', async (t) => {
  const faults = [{ pointer: '/horizon', detail: 'must be <= 60' }]
  const problem = problemOf(coreErrors.create('INPUT_INVALID', {}, { faults }), 'en', 'abc')
  t.match(problem, { status: 400, code: 'CORE_INPUT_INVALID', traceId: 'abc', errors: faults })
  t.match(problem.type, /^urn:signalbox:error:CORE_INPUT_INVALID$/)
})

t.test('a refusal by a limit has the registered type', async (t) => {
  const problem = problemOf(coreErrors.create('RATE_LIMITED'), 'en', 'abc')
  t.equal(problem.type, 'https://iana.org/assignments/http-problem-types#quota-exceeded')
})

t.test('texts come in the language that the caller reads best', async (t) => {
  const cases: [unknown, string][] = [
    [undefined, 'en'],
    ['zh-CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['en;q=0.5, zh-CN;q=0.9', 'zh-CN'],
    ['zh;q=0.2,en;q=0.8', 'en'],
    ['de', 'en'],
    ['*', 'en'],
    [';;,,q=', 'en'],
  ]
  for (const [header, language] of cases) t.equal(languageOf(header), language, String(header))
  t.match(
    problemOf(coreErrors.create('TENANT_MISSING', { tenant: 'a' }), 'zh-CN', '').title,
    '租户 a',
  )
})
