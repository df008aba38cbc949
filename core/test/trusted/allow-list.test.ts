import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { isTrusted, parseTrusted } from '../../src/trusted/allow-list.ts'

const origin = { plugin: '@acme/engine', publisher: 'acme', fingerprint: 'SHA256:abc=' }

t.test('nothing is trusted that is not named', async (t) => {
  t.notOk(isTrusted(parseTrusted(null), origin))
  t.notOk(isTrusted(parseTrusted('@acme/other, engine, @acme/engine2'), origin))
  t.ok(isTrusted(parseTrusted(' @acme/other ,@acme/engine'), origin))
})

t.test('a key behind the name must be that of its publisher, or of its marketplace', async (t) => {
  t.ok(isTrusted(parseTrusted('@acme/engine=acme'), origin))
  t.ok(isTrusted(parseTrusted('@acme/engine=SHA256:abc='), origin))
  t.notOk(isTrusted(parseTrusted('@acme/engine=mallory'), origin))
  t.notOk(isTrusted(parseTrusted('@acme/engine=acme'), { ...origin, publisher: null }))
})

t.test(
  'a list that cannot be read stops the start: it never trusts more than it says',
  async (t) => {
    for (const text of [
      '@acme/engine=',
      '=acme',
      '../engine',
      '@acme',
      'A b',
      '@acme/engine acme',
    ]) {
      t.throws(() => parseTrusted(text), { code: 'CORE_SETTING_INVALID' }, text)
    }
  },
)

t.test('whatever the list says, it is refused or names what it trusts', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      try {
        return !isTrusted(parseTrusted(text), origin) || text.includes('@acme/engine')
      } catch (error) {
        return error instanceof CodedError
      }
    }),
    { numRuns: 500 },
  )
})
