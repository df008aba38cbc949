import t from 'tap'
import { parseSearch } from '../../src/search/search-query.ts'

t.test('words and qualifiers are told apart', async (t) => {
  t.match(parseSearch('gate author:ben scope:acme maintainer:acme not:unstable 计数'), {
    terms: ['gate', '计数'],
    author: 'ben',
    scope: '@acme',
    maintainer: 'acme',
    unstable: false,
    deprecated: undefined,
  })
  t.match(parseSearch('is:unstable not:deprecated scope:@acme'), {
    terms: [],
    scope: '@acme',
    unstable: true,
    deprecated: false,
  })
})

t.test('keywords: a comma is one of them, a plus is both, a dash is none', async (t) => {
  t.same(parseSearch('keywords:a,b').keywords, { groups: [['a', 'b']], none: [] })
  t.same(parseSearch('keywords:a+b').keywords, { groups: [['a'], ['b']], none: [] })
  t.same(parseSearch('keywords:a,-b').keywords, { groups: [['a']], none: ['b'] })
})

t.test('a qualifier that is not known is a word; there are eight at most', async (t) => {
  t.same(parseSearch('color:red is:insecure author:').terms, [
    'color:red',
    'is:insecure',
    'author:',
  ])
  t.equal(parseSearch('a b c d e f g h i j').terms.length, 8)
})
