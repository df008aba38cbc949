import '../../../plain-spawn.ts'
import { createHash } from 'node:crypto'
import t from 'tap'
import { Sandbox } from '../../../../src/index.ts'
import { codeOf, type GuestFixture, guestCall, outputOf } from '../../../guest-fixture.ts'
import { packed } from './packed-plugin.ts'

const sandbox = await Sandbox.start({ lanes: 1 })
t.teardown(() => sandbox.stop())

/** A loaded machine is no reason to fail. */
const patience = { deadlineMs: 20_000, limits: { turnMs: 5000 } }
const call = (source: string, fixture: GuestFixture) =>
  sandbox.call(guestCall(source, { ...patience, ...fixture }))

t.test('a bundle brings the standards of the Web along that it uses', async (t) => {
  const bundle = await packed(t, {
    text: `() => new TextDecoder().decode(new TextEncoder().encode('grün 🌲'))`,
    base64: `() => [btoa('hi'), atob('aGk='), new Uint8Array([1, 2]).toBase64(), [...Uint8Array.fromBase64('AQI=')]]`,
    clone: `() => { const m = new Map([['a', 1n]]); return structuredClone(m).get('a') === 1n && structuredClone(m) !== m }`,
    micro: `async () => { const seen: string[] = []; queueMicrotask(() => seen.push('micro')); seen.push('now'); await 0; return seen }`,
    abort: `() => { const c = new AbortController(); const seen: string[] = []; c.signal.addEventListener('abort', (e) => seen.push(e.type)); c.abort(); return [seen, c.signal.aborted, (c.signal.reason as Error).name] }`,
    url: `() => new URL('../b?x=1#y', 'https://ex.com/a/c').href`,
    params: `() => String(new URLSearchParams({ a: '1 2' }))`,
    digest: `async () => [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc')))]`,
    hash: `(_, ctx) => ctx.hash('SHA-256', 'abc')`,
    uuid: `() => crypto.randomUUID()`,
  })
  const said = async (operation: string) => outputOf(await call(bundle, { operation }))
  t.equal(await said('text'), 'grün 🌲')
  t.same(await said('base64'), ['aGk=', 'hi', 'AQI=', [1, 2]])
  t.equal(await said('clone'), true)
  t.same(await said('micro'), ['now', 'micro'])
  t.same(await said('abort'), [['abort'], true, 'AbortError'])
  t.equal(await said('url'), 'https://ex.com/b?x=1#y')
  t.equal(await said('params'), 'a=1+2')
  const digest = createHash('sha256').update('abc').digest()
  t.same(await said('digest'), [...digest])
  t.equal(await said('hash'), digest.toString('hex'))
  t.match(
    await said('uuid'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

t.test('timers wait, repeat, are cleared, and end with their call', async (t) => {
  const bundle = await packed(t, {
    order: `async () => {
      const seen: string[] = []
      setTimeout(() => seen.push('never'), 5_000)
      const cleared = setTimeout(() => seen.push('cleared'), 1)
      await new Promise<void>((resolve) => {
        setTimeout((word: string) => { seen.push(word); resolve() }, 20, 'late')
        setTimeout(() => { seen.push('soon'); throw new Error('in a timer') }, 5)
        clearTimeout(cleared)
      })
      return seen
    }`,
    interval: `async () => {
      let rings = 0
      await new Promise<void>((resolve) => {
        const id = setInterval(() => { if (++rings === 3) { clearInterval(id); resolve() } }, 2)
      })
      return rings
    }`,
    many: `async () => { for (let n = 0; n < 40; n++) setTimeout(() => {}, 1000) }`,
    timeout: `async () => {
      const signal = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal])
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return (signal.reason as Error).name
    }`,
  })
  const logs: string[] = []
  const run = (operation: string) =>
    call(bundle, { operation, onLog: (_, message) => logs.push(message) })
  t.same(outputOf(await run('order')), ['soon', 'late'])
  t.same(logs, ['A timer threw'])
  t.equal(outputOf(await run('interval')), 3)
  t.equal(outputOf(await run('timeout')), 'TimeoutError')
  t.equal(codeOf(await run('many')), 'SBX_TIMERS_EXCEEDED')
})

t.test('fetch asks the host, and gives what it says as a Response', async (t) => {
  const bundle = await packed(
    t,
    {
      get: `async () => {
        const response = await fetch('https://ex.com/a', { headers: { Accept: 'text/plain' } })
        return [response.status, response.ok, response.headers.get('X-Two'), await response.text()]
      }`,
      post: `async () => (await (await fetch(new Request('https://ex.com', { method: 'POST', body: 'hello' }))).json()).n`,
    },
    { capabilities: { 'http:fetch': [{ origins: ['https://ex.com'], why: { en: 'Test' } }] } },
  )
  const asked: unknown[] = []
  const run = (operation: string, text: string) =>
    call(bundle, {
      operation,
      hostCall: async (name, json) => {
        asked.push([name, JSON.parse(json)])
        return JSON.stringify({
          status: 200,
          statusText: 'OK',
          headers: [
            ['x-two', '1'],
            ['x-two', '2'],
          ],
          body: Buffer.from(text).toString('base64'),
          url: 'https://ex.com/a',
          redirected: false,
        })
      },
    })
  t.same(outputOf(await run('get', 'text')), [200, true, '1, 2', 'text'])
  t.equal(outputOf(await run('post', '{"n":7}')), 7)
  t.same(asked, [
    [
      'http.fetch',
      {
        method: 'GET',
        url: 'https://ex.com/a',
        headers: [['accept', 'text/plain']],
        body: null,
        redirect: 'follow',
      },
    ],
    [
      'http.fetch',
      {
        method: 'POST',
        url: 'https://ex.com/',
        headers: [['content-type', 'text/plain;charset=UTF-8']],
        body: 'aGVsbG8=',
        redirect: 'follow',
      },
    ],
  ])
})

t.test('the same seed gives the same chance again, another call another', async (t) => {
  const draw = `() => [Math.random(), Math.random(), ...crypto.getRandomValues(new Uint8Array(4)), crypto.randomUUID()]`
  const bundle = await packed(t, { draw, own: `(_, ctx) => [ctx.random(), Math.random()]` })
  const first = await call(bundle, { operation: 'draw' })
  const other = await call(bundle, { operation: 'draw' })
  t.notSame(outputOf(other), outputOf(first))
  const again = await call(bundle, { operation: 'draw', replay: first.trace })
  t.same(outputOf(again), outputOf(first))
  const own = await call(bundle, { operation: 'own', replay: first.trace })
  t.same(outputOf(own), (outputOf(first) as unknown[]).slice(0, 2), 'ctx.random is Math.random')
})

t.test('a secret is not drawn while a module loads: it would be the same everywhere', async (t) => {
  const draw = `((drawn) => () => drawn)((() => { try { return crypto.randomUUID() } catch (error) { return error.message } })())`
  const bundle = await packed(t, { draw })
  t.match(outputOf(await call(bundle, { operation: 'draw' })), /within a call/)
})
