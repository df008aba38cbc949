import t from 'tap'
import { refusalOf } from '../src/smtp-failure.ts'

const canary = 'hunter2-canary'
const failure = (parts: object) =>
  Object.assign(new Error(`said ${canary}`), { response: `535 ${canary}` }, parts)

const cases: readonly (readonly [object, string])[] = [
  [{ code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'EAUTH', responseCode: 454, command: 'AUTH PLAIN' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'CHANNEL_REFUSED'],
  [{ code: 'EENVELOPE', responseCode: 450, command: 'RCPT TO' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'CHANNEL_REFUSED'],
  [{ code: 'EMESSAGE', responseCode: 503, command: 'DATA' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'EMESSAGE' }, 'CHANNEL_REFUSED'],
  [{ code: 'ETIMEDOUT' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'ECONNECTION' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'EDNS' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'CHANNEL_TRY_LATER'],
  [{ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'ETLS' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'CORE_SECRET_NOT_SET' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'CORE_GRANT_MISSING' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'CORE_FETCH_ADDRESS_REFUSED' }, 'CHANNEL_NOT_SET_UP'],
  [{ code: 'CORE_BUDGET_SPENT' }, 'CHANNEL_TRY_LATER'],
]

t.test('what passes and what does not is told, and nothing of what a server said', async (t) => {
  for (const [parts, code] of cases) {
    const told = refusalOf(failure(parts))
    t.match(told, { name: 'Refusal', code }, JSON.stringify(parts))
    t.notMatch(String(told), canary)
  }
})

t.test('a mistake of the plugin stays one', async (t) => {
  for (const error of [
    new TypeError('x'),
    failure({ code: 'ERR_INVALID_ARG_TYPE' }),
    'text',
    null,
  ]) {
    t.equal(refusalOf(error), error)
  }
})
