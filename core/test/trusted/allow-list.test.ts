import { CodedError } from '@signalbox/sdk/errors'
import fc from 'fast-check'
import t from 'tap'
import { isTrusted, parseAllowList } from '../../src/trusted/allow-list.ts'

const origin = { plugin: '@acme/engine', publisher: 'acme', fingerprint: 'SHA256:abc=' }

t.test('nothing is trusted that is not named', async (t) => {
  t.notOk(isTrusted(parseAllowList(null), origin))
  t.notOk(isTrusted(parseAllowList('@acme/other, engine, @acme/engine2'), origin))
  t.ok(isTrusted(parseAllowList(' @acme/other ,@acme/engine'), origin))
})

t.test('a key behind the name must be that of its publisher, or of its marketplace', async (t) => {
  t.ok(isTrusted(parseAllowList('@acme/engine=acme'), origin))
  t.ok(isTrusted(parseAllowList('@acme/engine=SHA256:abc='), origin))
  t.notOk(isTrusted(parseAllowList('@acme/engine=mallory'), origin))
  t.notOk(isTrusted(parseAllowList('@acme/engine=acme'), { ...origin, publisher: null }))
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
      t.throws(() => parseAllowList(text), { code: 'CORE_SETTING_INVALID' }, text)
    }
  },
)

t.test('whatever the list says, it is refused or names what it trusts', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      try {
        return !isTrusted(parseAllowList(text), origin) || text.includes('@acme/engine')
      } catch (error) {
        return error instanceof CodedError
      }
    }),
    { numRuns: 500 },
  )
})
