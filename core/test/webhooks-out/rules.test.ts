import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { parsePlaces } from '../../src/broker/http/operator-list.ts'
import { type HostNote, toldNote } from '../../src/host-events/host-note.ts'
import { judgeAttempt } from '../../src/webhooks-out/attempt-verdict.ts'
import { afterFailure, HEALTHY, PROBE_FROM } from '../../src/webhooks-out/endpoint-circuit.ts'
import { nextEndpointState } from '../../src/webhooks-out/endpoint-states.ts'
import { endpointUrl } from '../../src/webhooks-out/endpoint-url.ts'
import { responseExcerpt } from '../../src/webhooks-out/response-excerpt.ts'
import { askedWaitMs, retryAfterMs, triesAfterMs } from '../../src/webhooks-out/retry-schedule.ts'
import { messageIdOf, secretText, webhookHeaders } from '../../src/webhooks-out/standard-webhook.ts'
import { offering } from '../support/webhooks-out.ts'

const SECOND = 1000
const HOUR = 3_600_000
const now = Date.UTC(2026, 0, 1)
const answered = (status: number, retryAfter?: string) =>
  ({ kind: 'answered', status, retryAfter, excerpt: '', ms: 1 }) as const

t.test('an event is tried ten times, after the waits of Standard Webhooks', async (t) => {
  t.same(
    triesAfterMs.map((ms) => ms / SECOND),
    [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
  )
  t.equal(retryAfterMs(1, 0.5), 5000)
  t.equal(retryAfterMs(1, 0), 4500)
  t.equal(retryAfterMs(10, 0.5), undefined, 'there is no eleventh try')
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (n, random) => {
        const whole = triesAfterMs[n] as number
        const wait = retryAfterMs(n, random) as number
        return wait >= whole * 0.9 - 1 && wait <= whole * 1.1 + 1
      },
    ),
  )
})

t.test('what a receiver asks for is waited, and no more than a day', async (t) => {
  t.equal(askedWaitMs('120', now), 120_000)
  t.equal(askedWaitMs('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000)
  t.equal(askedWaitMs('99999999', now), 24 * HOUR)
  for (const wrong of [undefined, '', 'soon', '-1', '1e9999']) {
    t.notOk((askedWaitMs(wrong, now) ?? 0) > 24 * HOUR, String(wrong))
  }
  const verdict = judgeAttempt(answered(503, '3600'), 1, { now, random: 0.5 })
  t.match(verdict, { state: 'waiting', waitMs: HOUR, code: 'http 503' })
  t.match(judgeAttempt(answered(503, '1'), 2, { now, random: 0.5 }), { waitMs: 300_000 })
})

t.test(
  'only 2xx is taken, 410 ends the endpoint, a redirection is an answer like others',
  async (t) => {
    const judge = (status: number, attempts = 1) =>
      judgeAttempt(answered(status), attempts, { now, random: 0.5 })
    for (const status of [200, 201, 202, 204])
      t.match(judge(status), { state: 'delivered', tells: 'good' })
    for (const status of [301, 302, 307, 400, 401, 404, 429, 500, 503]) {
      t.match(judge(status), { state: 'waiting', isGone: false, tells: 'bad' }, String(status))
      t.match(judge(status, 10), { state: 'dead' }, `${status} for the tenth time`)
    }
    t.match(judge(410), { state: 'dead', isGone: true })
    const reset = { kind: 'failed', reason: 'reset', ms: 1 } as const
    t.match(judgeAttempt(reset, 1, { now, random: 0.5 }), { state: 'waiting', code: 'reset' })
    const withheld = { kind: 'withheld', reason: 'not entitled' } as const
    t.match(judgeAttempt(withheld, 1, { now, random: 0 }), { state: 'dead', tells: 'nothing' })
  },
)

t.test('after ten failures in a row an endpoint rests, after five days it is over', async (t) => {
  let health = HEALTHY
  for (let n = 1; n < PROBE_FROM; n++) health = afterFailure(health, now + n).health
  t.equal(health.restUntil, null)
  const opened = afterFailure(health, now + 100)
  t.match(opened, {
    health: { restUntil: now + 100 + 10_000, failingSince: now + 1 },
    isOver: false,
  })
  let last = opened
  let at = now + 100
  for (let n = 0; n < 2000 && !last.isOver; n++) {
    at = last.health.restUntil ?? at
    last = afterFailure(last.health, at)
  }
  t.ok(last.isOver)
  t.ok(at - now >= 120 * HOUR && at - now < 121 * HOUR, 'five days after the first')
  t.equal(nextEndpointState('disabled', 'resume'), 'enabled')
  t.equal(nextEndpointState('paused', 'disable'), undefined)
})

t.test(
  'requests are signed as standardwebhooks verifies them, by each secret in force',
  async (t) => {
    const keys = [Buffer.alloc(32, 'new'), Buffer.alloc(32, 'old')]
    const body = JSON.stringify({ text: '你好 \ud800' })
    const headers = webhookHeaders({
      id: 'msg_1',
      body,
      timestamp: Math.floor(Date.now() / 1000),
      keys,
    })
    for (const key of keys)
      t.same(new Webhook(secretText(key)).verify(body, headers), JSON.parse(body))
    t.throws(() => new Webhook(secretText(keys[0] as Buffer)).verify(`${body} `, headers))
    t.throws(() => new Webhook(secretText(Buffer.alloc(32, 'x'))).verify(body, headers))
    const late = webhookHeaders({ id: 'msg_1', body, timestamp: 1, keys })
    t.throws(() => new Webhook(secretText(keys[0] as Buffer)).verify(body, late))
  },
)

t.test('an id that somebody chose is told apart by its source, and holds no dot', async (t) => {
  const drawn = '0b8d1f5c-6f3e-4c57-9f43-0f0e4f6f7a11'
  t.equal(messageIdOf('/plugins/a', drawn), drawn)
  t.match(messageIdOf('/plugins/a', '1.2'), /^msg_[0-9a-f]{32}$/)
  t.not(messageIdOf('/plugins/a', '1'), messageIdOf('/plugins/b', '1'))
  t.equal(messageIdOf('/plugins/a', '1'), messageIdOf('/plugins/a', '1'))
})

t.test('addresses inside are refused in whatever way they are written', async (t) => {
  const { places } = parsePlaces('10.1.2.3') as { places: [] }
  const refused = [
    ...['http://example.com/', 'ftp://example.com/', 'https://u:p@example.com/', 'not a url'],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0177.0.0.1/', 'https://0x7f.1/'],
    ...['https://127.1/', 'https://169.254.169.254/latest', 'https://[::1]/', 'https://[fc00::1]/'],
    ...['https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://[64:ff9b::7f00:1]/'],
    ...['https://10.0.0.1/', 'https://0.0.0.0/', 'https://[fe80::1]/', 'https://example.com./'],
  ]
  for (const url of refused) {
    t.throws(() => endpointUrl(url, places), { code: 'CORE_WEBHOOK_URL_REFUSED' }, url)
  }
  t.equal(endpointUrl('https://example.com/a#b', places).href, 'https://example.com/a')
  t.equal(endpointUrl('http://10.1.2.3:8080/a', places).origin, 'http://10.1.2.3:8080')
})

t.test('of an answer is kept what says why, and nothing that could be a secret', async (t) => {
  const secret = secretText(Buffer.alloc(32, 's'))
  const body = Buffer.from(`No \u001b[31m${secret} of ann@example.com: 你好${'x'.repeat(9000)}`)
  const shown = responseExcerpt(body, 'text/plain; charset=utf-8')
  t.match(shown, /^No {2}\[\[…\] of \[…\] 你好/)
  t.notMatch(shown, /whsec_|example\.com/)
  t.ok(shown.length <= 501)
  t.equal(responseExcerpt(body, 'application/octet-stream'), '')
  t.equal(responseExcerpt(Buffer.from('{"a":1}'), 'application/problem+json'), '{"a":1}')
})

t.test('a tenant is told of changes that concern it, and of no other tenant', async (t) => {
  const snapshot = offering('acme', 'app')
  const note = (more: Partial<HostNote>): HostNote => ({
    ...{ sequence: '1', id: 'x', type: 'signalbox.subscription.suspend', subject: 'sub_1' },
    ...{ tenant: 'acme', at: new Date(now), data: { actor: 'operator' } },
    ...more,
  })
  const of = (tenant: string | null, app: string | null = null) => ({ tenant, app })
  t.ok(toldNote(snapshot, note({}), of('acme')))
  t.ok(toldNote(snapshot, note({}), of('acme', 'app')))
  t.notOk(toldNote(snapshot, note({}), of('acme', 'other')), "another app's")
  t.notOk(toldNote(snapshot, note({}), of('globex')))
  t.ok(toldNote(snapshot, note({}), of(null)), 'the operator hears all')
  const published = {
    type: 'signalbox.service.published',
    tenant: null,
    data: {
      service: 'orders',
      major: 1,
      version: '1.1.0',
      actor: 'publisher:x',
      affected: ['globex'],
    },
  }
  t.same(toldNote(snapshot, note(published), of('acme')), {
    ...{ service: 'orders', major: 1, version: '1.1.0' },
  })
  t.notOk(toldNote(snapshot, note(published), of('globex')), 'it has no subscription')
  const inside = {
    type: 'signalbox.plugin.removed',
    tenant: null,
    data: { plugin: '@acme/orders' },
  }
  t.notOk(toldNote(snapshot, note(inside), of('acme')), "what is the operator's stays there")
})

t.test(
  'a move of a rollout is told to tenants that enabled its plugin, as plugins are told',
  async (t) => {
    const snapshot = offering('acme', 'app')
    const data = {
      ...{
        plugin: '@acme/orders',
        from: '1.0.0',
        to: '1.1.0',
        step: 0,
        weightBp: 100,
        generation: 7,
      },
      ...{
        state: { before: 'planned', after: 'running' },
        actor: 'admin:globex/tok_9',
        asked: 'globex',
      },
      ...{
        reasons: { en: 'globex said so', 'zh-CN': 'globex' },
        lists: { deny: ['tenant:globex'] },
      },
    }
    const note: HostNote = {
      ...{ sequence: '1', id: 'x', type: 'signalbox.rollout.pause', subject: 'rol_1' },
      ...{ tenant: null, at: new Date(now), data },
    }
    const told = toldNote(snapshot, note, { tenant: 'acme', app: null })
    t.match(told, { plugin: '@acme/orders', command: 'pause', by: 'admin' })
    t.notMatch(JSON.stringify(told), /globex/)
    t.equal(toldNote(snapshot, note, { tenant: 'globex', app: null }), undefined)
    const ofDocument = { ...note, data: { ...data, tenant: 'globex', document: 'd' } }
    t.equal(toldNote(snapshot, ofDocument, { tenant: 'acme', app: null }), undefined)
  },
)
