import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { gramsOf, guessesFor, slips } from '../../src/search/misspelt.ts'
import { termsOf, wordsOf } from '../../src/search/search-words.ts'
import { healthOf, standingOf } from '../../src/search/standing.ts'
import { textQuery } from '../../src/search/text-query.ts'

t.test('wide, accented and upper letters are alike, and camelCase has parts', async (t) => {
  t.same([...wordsOf('ＣＡＦÉ listOrders')].sort(), ['cafe', 'list', 'listorders', 'orders'])
})

t.test('what is written without spaces is indexed by pairs and its last character', async (t) => {
  t.same([...wordsOf('订单查询 v2')].sort(), ['v2', '单查', '查询', '订单', '询'].sort())
})

t.test('nothing that is typed is a command of the text search', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (query) => {
      const made = textQuery(termsOf(query), new Map())
      t.match(
        made,
        /^$|^[()'&|:*\s\p{L}\p{N}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+$/u,
      )
      t.equal((made.match(/'/g) ?? []).length % 2, 0)
    }),
  )
  t.end()
})

t.test('one slip is forgiven in a word of four letters, two in one of eight', async (t) => {
  const known = ['inspection', 'gate', 'warehouse']
  for (const [word, found] of [
    ['gaet', ['gate']],
    ['insepctoin', ['inspection']],
    ['warehose', ['warehouse']],
    ['gxyz', []],
  ] as const) {
    t.same(guessesFor(word, known), found, word)
  }
  t.equal(slips('abcd', 'abdc', 2), 1, 'neighbours that are exchanged are one slip')
})

t.test('a word and what it was meant to be have letters in common', async (t) => {
  t.ok(gramsOf('wherehouse').some((gram) => gramsOf('warehouse').includes(gram)))
})

const figures = fc.record({
  tenants: fc.nat(5000),
  failedShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  setbacks: fc.nat(50),
})

t.test(
  'a standing is from 0 to 1, more tenants never lower it, failures and setbacks never raise it',
  async (t) => {
    fc.assert(
      fc.property(figures, fc.nat(100), (one, more) => {
        const standing = standingOf(one)
        t.ok(standing >= 0 && standing <= 1)
        t.ok(standingOf({ ...one, tenants: one.tenants + more }) >= standing)
        t.ok(standingOf({ ...one, setbacks: one.setbacks + more }) <= standing)
        t.ok(healthOf({ ...one, failedShare: 1 }) <= healthOf(one))
      }),
    )
    t.end()
  },
)
