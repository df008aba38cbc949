import t from 'tap'
import { type Answered, faultOf } from './judge-answer.ts'

const asked = { route: 'GET /v1/apps', method: 'GET' }
const traceId = 'a'.repeat(32)
const problem = (more: object = {}): Answered => ({
  status: 400,
  type: 'application/problem+json; charset=utf-8',
  headers: '',
  body: Buffer.from(JSON.stringify({ code: 'CORE_INPUT_INVALID', traceId, ...more })),
})

t.test('a refusal with code and trace is in order, and so is any success', async (t) => {
  t.equal(faultOf(asked, problem(), ['cnry_1']), undefined)
  const done = { ...problem(), status: 200, type: 'text/plain', body: Buffer.from('ok') }
  t.equal(faultOf(asked, done, ['cnry_1']), undefined)
  const shed = problem({ code: 'CORE_OVERLOADED' })
  t.equal(faultOf(asked, { ...shed, status: 503 }, []), undefined)
})

t.test('what the inside says, what breaks and what leaks is a fault', async (t) => {
  const cases: readonly (readonly [string, Answered])[] = [
    ['answers 500', { ...problem(), status: 500 }],
    ['answers 503', { ...problem(), status: 503 }],
    ['refuses as text/html', { ...problem(), type: 'text/html' }],
    ['refuses without a code', problem({ code: undefined })],
    ['refuses without a trace', problem({ traceId: 'x' })],
    ['tells a stack', problem({ detail: 'Error\\n    at f (file:///a/b.ts:1:2)' })],
    ['tells a path', problem({ detail: 'in /srv/node_modules/pg' })],
    ['tells SQL', problem({ detail: 'insert into "apps" ("id") values ($1)' })],
    ['tells SQL', problem({ detail: 'invalid input syntax for type uuid' })],
    [
      "leaks another tenant's canary (plain)",
      { ...problem(), status: 200, body: Buffer.from('a cnry_1 b') },
    ],
    ["leaks another tenant's canary (plain)", { ...problem(), headers: 'etag\ncnry_1' }],
    [
      "leaks another tenant's canary (hex)",
      { ...problem(), body: Buffer.from(Buffer.from('cnry_1').toString('hex')) },
    ],
  ]
  for (const [fault, answer] of cases) t.equal(faultOf(asked, answer, ['cnry_1']), fault)
})

t.test('an OAuth endpoint refuses in the words of OAuth', async (t) => {
  const body = Buffer.from('{"error":"invalid_client"}')
  const answer = { ...problem(), type: 'application/json', body }
  t.equal(faultOf({ route: 'POST /oauth2/token', method: 'POST' }, answer, []), undefined)
  t.equal(faultOf(asked, answer, []), 'refuses as application/json')
})
