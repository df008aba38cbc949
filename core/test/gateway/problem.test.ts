import t from 'tap'
import { coreErrors } from '../../src/errors.ts'
import { problemOf } from '../../src/gateway/problem.ts'

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

t.test('the same refusal is told in each language', async (t) => {
  const error = coreErrors.create('TENANT_MISSING', { tenant: 'a' })
  t.match(problemOf(error, 'zh-CN', '').title, '租户 a')
  t.match(problemOf(error, 'en', '').title, 'tenant a')
})
