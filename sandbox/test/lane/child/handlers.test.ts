import t from 'tap'
import { Handlers } from '../../../src/lane/child/handlers.ts'

t.test('each handler has a number of its own, wherever it stands', async (t) => {
  const handlers = new Handlers()
  const heads = [
    '\0on\0a.b\nseed',
    '\0contributions\0p/v1\0run\nseed',
    '\nseed of a self-test',
    's.one\0run\nseed',
    '\0jobs\0run\nseed',
  ]
  const numbers = heads.map((head) => handlers.of(head).number)
  t.equal(new Set(numbers).size, heads.length)
  t.notOk(numbers.includes(0), 'the number of those that have none')
  t.same(
    heads.map((head) => handlers.of(`${head} of another call`).number),
    numbers,
  )
})

t.test('who comes when no number is left has none', async (t) => {
  const handlers = new Handlers()
  for (let index = 1; index <= 65_535; index++) handlers.of(`s.one\0op${index}\nseed`)
  t.equal(handlers.of('s.one\0op65535\nseed').number, 65_535)
  t.equal(handlers.of('s.one\0late\nseed').number, 0)
  t.equal(handlers.of('s.one\0later\nseed').number, 0)
  t.equal(handlers.of('s.one\0op1\nseed').number, 1)
})
