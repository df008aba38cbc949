import t from 'tap'
import { FramePace } from '../../web/contributed/frame/frame-pace.ts'
import { frameWord, isDeclared, MOST_WORD } from '../../web/contributed/frame/frame-words.ts'
import { Heartbeat, PATIENCE_MS } from '../../web/contributed/frame/heartbeat.ts'
import { pageAddress } from '../../web/contributed/page-address.ts'

const call = { kind: 'call', id: 1, service: 'quality.data@1', operation: 'scores', input: {} }

t.test('a frame is heard where it says exactly what it may', async (t) => {
  t.match(frameWord(call), call)
  t.match(frameWord({ kind: 'hello' }), { kind: 'hello' })
  t.match(frameWord({ kind: 'resize', height: 99_999 }), { height: 10_000 })
  t.match(frameWord({ kind: 'navigate', page: 'lot', params: { lot: 'L' } }), { page: 'lot' })
})

t.test('anything else is not heard', async (t) => {
  const circle: Record<string, unknown> = { ...call }
  circle['input'] = { circle }
  const odd: unknown[] = [
    null,
    'hello',
    [],
    { kind: 'constructor' },
    { kind: '__proto__' },
    { kind: 'hello', more: 1 },
    { ...call, id: -1 },
    { ...call, id: 1.5 },
    { ...call, input: [] },
    { ...call, headers: {} },
    { ...call, service: 'x'.repeat(201) },
    { ...call, input: { text: 'x'.repeat(MOST_WORD) } },
    { kind: 'navigate', page: 'lot', params: JSON.parse('{"__proto__":"x"}') },
    { kind: 'navigate', page: 'lot', params: { lot: 7 } },
    { kind: 'resize', height: Number.NaN },
    circle,
    { ...call, input: { big: 1n } },
  ]
  for (const one of odd) t.equal(frameWord(one), undefined)
})

t.test('a frame calls what its page declares, and nothing beside', async (t) => {
  const calls = [{ service: 'quality.data@1', operation: 'scores' }]
  t.ok(isDeclared(calls, call))
  t.notOk(isDeclared(calls, { service: 'quality.data@1', operation: 'run' }))
  t.notOk(isDeclared(undefined, call))
})

t.test('a frame that talks without end is not heard, and known for it', async (t) => {
  const pace = new FramePace(0)
  const heard = Array.from({ length: 100 }, () => pace.hear(0)).filter(Boolean).length
  t.equal(heard, 60)
  t.equal(pace.hear(1000), true, 'a second later it is heard again')
  t.notOk(pace.isFlood)
  for (let word = 0; word < 1100; word++) pace.hear(1000)
  t.ok(pace.isFlood)
})

t.test('calls that are not answered are bounded', async (t) => {
  const pace = new FramePace(0)
  const begun = Array.from({ length: 20 }, () => pace.begin()).filter(Boolean).length
  t.equal(begun, 8)
  pace.end()
  t.ok(pace.begin())
})

t.test('a frame that misses its beats for five seconds hangs, until it answers', async (t) => {
  const heart = new Heartbeat(0)
  t.equal(heart.pulse(0), 'waiting')
  heart.hello()
  const beat = heart.send(1000)
  heart.answered(beat)
  heart.send(2000)
  t.equal(heart.pulse(2000 + PATIENCE_MS - 1), 'alive')
  const late = heart.send(6500)
  t.equal(heart.pulse(2000 + PATIENCE_MS), 'hanging')
  heart.answered(late)
  t.equal(heart.pulse(8000), 'alive')
})

t.test('a page that never says hello hangs, too', async (t) => {
  t.equal(new Heartbeat(0).pulse(PATIENCE_MS), 'hanging')
})

t.test("a page is a file of its own version's folder", async (t) => {
  const base = '/ui/@framed/one/1.0.0/ui'
  t.equal(pageAddress(base, 'ui/page.html'), `${base}/page.html`)
  t.equal(pageAddress(base, 'ui/deep/page.html'), `${base}/deep/page.html`)
  for (const file of [
    'page.html',
    'ui/../x.html',
    'ui//x',
    'ui/.x',
    'ui/a?b',
    'ui/%2e%2e/x',
    'ui/',
  ]) {
    t.equal(pageAddress(base, file), undefined, file)
  }
  t.equal(pageAddress(undefined, 'ui/page.html'), undefined)
  t.equal(pageAddress('https://elsewhere.example/ui', 'ui/page.html'), undefined)
})
