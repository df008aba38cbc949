import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { isListed, parseAllowedOrigin } from '../../../src/gateway/cors/allowed-origin.ts'

t.test('an origin is kept as browsers write it', async (t) => {
  for (const [text, origin] of [
    ['https://app.example.com', 'https://app.example.com'],
    ['https://APP.Example.com:443/', 'https://app.example.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://app.example.com:8443', 'https://app.example.com:8443'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://localhost:*', 'http://localhost:*'],
  ] as const) {
    t.equal(parseAllowedOrigin(text), origin, text)
  }
})

t.test('what is wider than an origin, or no secure one, may not be listed', async (t) => {
  for (const text of [
    ...['*', 'null', '', 'app.example.com', 'http://app.example.com', 'https://*.example.com'],
    ...['https://app.example.com/board', 'https://me@app.example.com', 'https://a.example?x'],
    ...['https://a.example?', 'https://a.example#', 'file:///index.html', 'https://', 'data:,x'],
    ...['http://localhost.example.com', 'http://localhost:*:80', 'https://localhost:*'],
    ...['http://[::1]:*', 'chrome-extension://abcdef', 'https:\\\\', 'wss://app.example.com'],
  ]) {
    t.equal(parseAllowedOrigin(text), undefined, text)
  }
})

t.test('a star for the port is one for a port alone', async (t) => {
  const list = ['http://localhost:*', 'https://app.example.com']
  for (const origin of ['http://localhost', 'http://localhost:5173', 'https://app.example.com']) {
    t.ok(isListed(list, origin), origin)
  }
  for (const origin of [
    ...['null', 'http://127.0.0.1:5173', 'https://localhost:5173', 'http://localhost.evil.example'],
    ...['http://localhost:5173.evil.example', 'https://app.example.com.evil.example', ''],
    ...['http://localhost:*', 'https://app.example.com:8443', 'http://app.example.com'],
  ].filter((origin) => !list.includes(origin))) {
    t.notOk(isListed(list, origin), origin)
  }
})

t.test('whatever is kept is kept again as it is, and means itself', async () => {
  fc.assert(
    fc.property(fc.webUrl({ validSchemes: ['https', 'http'] }), (text) => {
      const origin = parseAllowedOrigin(text)
      if (origin === undefined) return true
      return parseAllowedOrigin(origin) === origin && isListed([origin], origin)
    }),
  )
})
