import { createHmac } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { type HookHeaders, judgeHook } from '../../src/webhooks/hook-signature.ts'

const body = Buffer.from('{"order":"4711","note":"合同"}')
const key = Buffer.alloc(32, 7)
const secret = `whsec_${key.toString('base64')}`
const now = 1_700_000_000_000
const time = String(now / 1000)
const mac = (by: string | Buffer, ...parts: (string | Buffer)[]) => {
  const hmac = createHmac('sha256', by)
  for (const part of parts) hmac.update(part)
  return hmac
}
const standard = (id = 'msg_1', at = time): HookHeaders => ({
  'webhook-id': id,
  'webhook-timestamp': at,
  'webhook-signature': `v1,${mac(key, `${id}.${at}.`, body).digest('base64')}`,
})
const github: HookHeaders = {
  'x-github-delivery': '72d3162e',
  'x-hub-signature-256': `sha256=${mac(secret, body).digest('hex')}`,
}
const stripe = (at = time): HookHeaders => ({
  'stripe-signature': `t=${at},v0=00,v1=${mac(secret, `${at}.`, body).digest('hex')}`,
})
const hexHeader: HookHeaders = { 'x-sign': mac(secret, body).digest('hex') }
const namedHex: HookHeaders = {
  'x-named': `hmac-sha256-hex=${mac(secret, body).digest('hex')}`,
}
const base64Header: HookHeaders = { 'x-base64': mac(secret, body).digest('base64') }

const judge = (signature: string, headers: HookHeaders, of = body, at = now) =>
  judgeHook(signature, secret, { headers, body: of }, at)

const schemes: readonly [string, HookHeaders, string | RegExp | null][] = [
  ['standard-webhooks', standard(), 'msg_1'],
  ['github', github, '72d3162e'],
  ['stripe', stripe(), /^[0-9a-f]{64}$/],
  ['hmac-sha256-hex:x-sign', hexHeader, null],
  ['hmac-sha256-hex:x-named', namedHex, null],
  ['hmac-sha256-base64:x-base64', base64Header, null],
]

for (const [name, headers, message] of schemes) {
  t.test(`${name}: what its sender signed passes, nothing else`, async (t) => {
    t.match(judge(name, headers), { ok: true, message })
    t.match(judge(name, headers, Buffer.concat([body, Buffer.of(10)])), { reason: 'signature' })
    t.match(judgeHook(name, 'another secret', { headers, body }, now), { ok: false })
    t.match(judge(name, {}), { ok: false, reason: 'unsigned' })
    for (const [other, signed] of schemes) {
      if (other !== name) t.match(judge(name, signed), { ok: false }, other)
    }
  })
}

t.test('a signature by time is of now', async (t) => {
  for (const at of [now - 301_000, now + 301_000]) {
    t.match(judge('standard-webhooks', standard(), body, at), { reason: 'timestamp' })
    t.match(judge('stripe', stripe(), body, at), { reason: 'timestamp' })
  }
  for (const at of ['', 'NaN', '1e9', '-1', `${time}.5`, '99999999999999']) {
    t.match(judge('standard-webhooks', standard('msg_1', at)), { reason: 'timestamp' }, at)
    t.match(judge('stripe', stripe(at)), { reason: 'timestamp' }, at)
  }
  // A new time with an old signature is no signature.
  const moved = { ...standard(), 'webhook-timestamp': String(now / 1000 + 10) }
  t.match(judge('standard-webhooks', moved), { reason: 'signature' })
  t.match(judge('standard-webhooks', { ...standard(), 'webhook-id': 'msg_2' }), {
    reason: 'signature',
  })
})

t.test('none takes whatever comes, and a scheme that is none takes nothing', async (t) => {
  t.same(judge('none', {}), { ok: true, message: null })
  for (const name of ['', 'None', 'constructor', '__proto__', 'hmac-sha256-hex']) {
    t.match(judge(name, { ...standard(), ...github }), { ok: false }, name)
  }
})

t.test('whatever is sent, the answer is a verdict, and no guess is right', async () => {
  const names = fc.constantFrom(...schemes.flatMap(([, headers]) => Object.keys(headers)))
  const values = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('v1,', 'v1,AAAA', 'sha256=', 'sha256=00', 't=,v1=', `t=${time},v1=`, time),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...schemes.map(([name]) => name)),
      fc.dictionary(names, values),
      fc.uint8Array({ maxLength: 50 }),
      (name, headers, bytes) => !judge(name, headers, Buffer.from(bytes)).ok,
    ),
    { numRuns: 2000, seed: 1 },
  )
})
