import t from 'tap'
import { AnswerCache, cacheKey } from '../../../src/gateway/answers/answer-cache.ts'

function clocked(maxBytes = 1_000_000) {
  let now = 0
  const cache = new AnswerCache({ now: () => now, maxBytes, maxAnswerBytes: 10_000 })
  return { cache, wait: (ms: number) => (now += ms) }
}

const says = (outputJson: string) => async () => ({ outputJson, version: '1.0.0' })

t.test('an answer is given again while it is fresh, and no longer', async (t) => {
  const { cache, wait } = clocked()
  t.match(await cache.through('a', 1000, says('1')), { state: 'miss', answer: { outputJson: '1' } })
  wait(999)
  t.match(await cache.through('a', 1000, says('2')), { state: 'hit', answer: { outputJson: '1' } })
  wait(1)
  t.match(await cache.through('a', 1000, says('3')), { state: 'miss', answer: { outputJson: '3' } })
})

t.test(
  'of calls at the same time one is made; who joined one that failed asks for itself',
  async (t) => {
    const { cache } = clocked()
    let made = 0
    const once = async () => ({ outputJson: `${++made}`, version: '1.0.0' })
    const found = await Promise.all([1, 2, 3].map(() => cache.through('a', 1000, once)))
    t.same(
      found.map(({ state }) => state),
      ['miss', 'joined', 'joined'],
    )
    t.equal(made, 1)
    const fails = () => Promise.reject(new Error('no'))
    const [first, second] = await Promise.allSettled([
      cache.through('b', 1000, fails),
      cache.through('b', 1000, says('2')),
    ])
    t.equal(first.status, 'rejected')
    t.match(second, { value: { state: 'miss', answer: { outputJson: '2' } } })
    t.match(await cache.through('b', 1000, says('3')), { answer: { outputJson: '2' } })
  },
)

t.test(
  'it keeps to its size: what was used longest ago goes, and what is large is not kept',
  async (t) => {
    const { cache } = clocked(5000)
    await cache.through('large', 1000, says('x'.repeat(6000)))
    t.equal(cache.stats.entries, 0)
    for (const name of ['a', 'b']) await cache.through(name, 1000, says(name.repeat(800)))
    await cache.through('a', 1000, says('no'))
    await cache.through('c', 1000, says('c'.repeat(800)))
    t.match(await cache.through('a', 1000, says('no')), { state: 'hit' })
    t.match(await cache.through('b', 1000, says('again')), { state: 'miss' })
    t.ok(cache.stats.bytes <= 5000)
  },
)

t.test(
  'a key is that of one tenant, app, version, operation, mask and input, in whatever order',
  async (t) => {
    const parts = {
      tenant: 't',
      app: 'a',
      generation: 1,
      version: 'p@1',
      operation: 'o',
      mask: '',
      input: { a: 1, b: [{ c: 2, d: 3 }] },
    }
    const key = cacheKey(parts)
    t.equal(cacheKey({ ...parts, input: { b: [{ d: 3, c: 2 }], a: 1 } }), key)
    const others = [
      { tenant: 'u' },
      { app: 'b' },
      { app: null },
      { generation: 2 },
      { version: 'p@2' },
      { operation: 'p' },
      { mask: 'm' },
      { input: { a: '1', b: [{ c: 2, d: 3 }] } },
      { input: { a: 1, b: { 0: { c: 2, d: 3 } } } },
      { input: {} },
      { input: [] },
    ]
    const keys = new Set(others.map((other) => cacheKey({ ...parts, ...other })))
    t.equal(keys.size, others.length)
    t.notOk(keys.has(key))
  },
)
