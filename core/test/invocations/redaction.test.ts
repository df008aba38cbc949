import { sensitiveFields } from '@signalbox/sdk/sensitive'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { recordCall } from '../../src/invocations/record-call.ts'
import { aroundMarkers, hasMarker, wholeMarker } from '../../src/invocations/redacted-marker.ts'
import { Redactor } from '../../src/invocations/redactor.ts'
import { firstDifference } from '../../src/invocations/replay/first-difference.ts'
import type { EndedCall, RawLog } from '../../src/invocations/watched-call.ts'
import { snapshot, version } from '../support/recorded-call.ts'

const nobody: ReadonlySet<string> = new Set()

/** A call as the writer gets it, made up. */
function ended(parts: {
  readonly input?: unknown
  readonly config?: unknown
  readonly output?: unknown
  readonly message?: string
  readonly hostCalls?: EndedCall['hostCalls']
  readonly logs?: EndedCall['logs']
  readonly principal?: string
  readonly faults?: EndedCall['verdict']['faults']
}): EndedCall {
  const { input = {}, config = {}, output, message, hostCalls = [], logs = [] } = parts
  const { principal = 'planner', faults = [] } = parts
  const inputJson = JSON.stringify(input)
  const isFailed = message !== undefined
  return {
    guest: { isolate: { configJson: JSON.stringify(config) }, context: { arm: 'stable' } },
    call: {
      service: 'test.one',
      operation: 'run',
      inputJson,
      principal: { kind: 'user', id: principal },
    },
    version,
    snapshot,
    operation: version.operations.get('test.one/run'),
    outcome: isFailed
      ? { kind: 'failed' }
      : { kind: 'ok', outputJson: JSON.stringify(output ?? null) },
    verdict: {
      kind: isFailed ? 'failed' : 'answered',
      code: isFailed ? 'X' : null,
      message: message ?? null,
      faults,
    },
    hostCalls,
    logs,
  } as unknown as EndedCall
}

const record = (parts: Parameters<typeof ended>[0], marks?: object) =>
  recordCall('inv_1', ended(parts), marks === undefined ? undefined : sensitiveFields(marks))

function line(message: string, fields: object): RawLog {
  return { at: 0, level: 'info', message, fieldsJson: JSON.stringify(fields) }
}

t.test('a marked value is nowhere in the recording, wherever it came by', async (t) => {
  const name = 'Grace Hopper'
  const recording = record({
    input: { customer: name, amount: 3, note: `call ${name} back` },
    config: { desk: 7, owner: name },
    output: { customer: name, amount: 3 },
    hostCalls: [
      {
        name: 'db.query',
        requestJson: JSON.stringify({ sql: `select '${name}'`, parameters: [name, 3] }),
        answerJson: JSON.stringify({ rows: [{ id: 1, Customer: 'another one' }] }),
      },
      {
        name: 'services.call',
        requestJson: JSON.stringify({
          service: 'test.one@^1',
          operation: 'ask',
          input: { code: 'the code' },
        }),
        answerJson: JSON.stringify({ contact: 'the contact', rate: 2 }),
      },
    ],
    logs: [line(`for ${name}`, { by: [name], code: 'of a log' })],
  })
  const text = JSON.stringify(recording)
  t.notMatch(text, /Grace|Hopper|another one|the code|the contact|of a log/)
  t.match(recording, {
    input: {
      customer: '⟦redacted string 1⟧',
      amount: 3,
      note: 'call ⟦redacted string 1⟧ back',
    },
    isolate: { config: { desk: 7, owner: '⟦redacted string 1⟧' } },
    hostCalls: [
      {
        request: { sql: "select '⟦redacted string 1⟧'", parameters: ['⟦redacted string 1⟧', 3] },
        answer: { rows: [{ id: 1, Customer: '⟦redacted string 2⟧' }] },
      },
      { request: { service: 'test.one@^1', operation: 'ask' }, answer: { rate: 2 } },
    ],
  })
})

t.test('a marked value is no part of a fault, however its pointer writes it', async (t) => {
  const fault = { pointer: '/byMail/g~1h~0@navy.mil/age', detail: 'g/h~@navy.mil is no number' }
  const { outcome } = record({ input: { customer: 'g/h~@navy.mil' }, faults: [fault] })
  t.same(outcome.faults, [
    {
      pointer: '/byMail/⟦redacted string 1⟧/age',
      detail: '⟦redacted string 1⟧ is no number',
    },
  ])
  t.equal(fault.pointer, '/byMail/g~1h~0@navy.mil/age', 'the caller is told it as it is')
})

t.test('a principal is not told by a marked value', async (t) => {
  const given = ended({ input: { customer: 'grace@navy.mil' }, principal: 'grace@navy.mil' })
  const { principal } = recordCall('inv_1', given, undefined)
  t.same(principal, { kind: 'user', id: '⟦redacted string 1⟧' })
  t.equal(given.call.principal.id, 'grace@navy.mil')
  t.equal(record({ principal: 'planner' }).principal.id, 'planner')
})

t.test('where no contract of a called service is known, the names of fields tell', async (t) => {
  const request = { service: 'test.gone@^1', operation: 'ask', input: { code: 'the code' } }
  const { hostCalls } = record({
    hostCalls: [
      {
        name: 'services.call',
        requestJson: JSON.stringify(request),
        answerJson: JSON.stringify({ contact: 'the contact', rate: 2 }),
      },
    ],
  })
  t.notMatch(JSON.stringify(hostCalls), /the code|the contact/)
  t.match(hostCalls, [{ request: { service: 'test.gone@^1' }, answer: { rate: 2 } }])
})

t.test('settings are redacted by the marks of their schema', async (t) => {
  const schema = { properties: { signature: { type: 'string', sensitive: true } } }
  const { isolate, outcome } = record(
    { config: { desk: 'north', signature: 'G. Hopper' }, message: 'signed G. Hopper' },
    schema,
  )
  t.same(isolate.config, { desk: 'north', signature: '⟦redacted string 1⟧' })
  t.equal(outcome.message, 'signed ⟦redacted string 1⟧')
})

t.test(
  'a secret is redacted by its name and by its form, whatever the contract says',
  async (t) => {
    const key = `dsk_${'a'.repeat(40)}`
    const recording = record({
      input: {
        headers: { Authorization: 'Bearer abcdefgh12345', 'X-Api-Key': 'short' },
        password: 1,
      },
      message: `refused ${key} and Bearer abcdefgh12345`,
      logs: [line(key, { url: `https://x/?k=${key}` })],
    })
    const text = JSON.stringify(recording)
    t.notMatch(text, /dsk_a|abcdefgh|short/)
    t.match(recording.input, {
      headers: { Authorization: /^⟦redacted string/ },
      password: /number/,
    })
  },
)

t.test('links and webhook secrets are redacted by their form', async (t) => {
  const link = `lnk_${'Ab-_'.repeat(11)}`.slice(0, 47)
  const hook = `whsec_${'aB+/'.repeat(11)}`
  const answerJson = JSON.stringify({ url: `https://host.example/links/${link}` })
  const hostCalls = [{ name: 'links.share', requestJson: '{}', answerJson }]
  const recording = record({ hostCalls, message: `told\n${link} and ${hook}.` })
  t.notMatch(JSON.stringify(recording), /Ab-_|aB\+/)
})

t.test('short values are redacted in their place, and not looked for elsewhere', async (t) => {
  const { input, logs } = record({
    input: { customer: 'DE' },
    logs: [line('INDEX', {})],
  })
  t.same(input, { customer: '⟦redacted string 1⟧' })
  t.match(logs, [{ message: 'INDEX' }])
})

t.test('nothing of a marked value is left, and nothing else is lost', async () => {
  const texts = fc.string({
    minLength: 4,
    maxLength: 12,
    unit: fc.constantFrom('a', 'b', '€', ' '),
  })
  fc.assert(
    fc.property(
      fc.array(texts, { minLength: 1, maxLength: 5 }),
      fc.array(texts),
      (marked, kept) => {
        const redactor = new Redactor()
        for (const value of marked) redactor.mark(value)
        const whole = kept.join('') + marked.join('|')
        const clean = redactor.cleanText(whole)
        if (marked.some((value) => clean.includes(value))) return false
        // What stands around the markers is the original, in order.
        let from = 0
        return aroundMarkers(clean).every((part) => {
          const at = whole.indexOf(part, from)
          from = at + part.length
          return at >= 0
        })
      },
    ),
  )
})

t.test('looking for values has an end, also in a text made to have none', async (t) => {
  const redactor = new Redactor()
  for (let length = 4; length < 900; length++) redactor.mark(`${'a'.repeat(length)}b`)
  const before = process.cpuUsage()
  const clean = redactor.cleanText('a'.repeat(400_000))
  const { user } = process.cpuUsage(before)
  t.match(clean, /^⟦redacted text \d+⟧$/)
  t.ok(user < 2_000_000, `${user} µs`)
})

t.test('a redacted value is the same as any of its type, and only of its type', async (t) => {
  const redactor = new Redactor()
  const recorded = redactor.clean({
    name: redactor.mark('Grace'),
    age: redactor.mark(85),
    parts: redactor.mark(['x']),
    text: 'to Grace, by hand',
    same: [1, null],
  })
  const replayed = { name: '?', age: 1, parts: [], text: 'to ?, by hand', same: [1, null] }
  t.equal(firstDifference(recorded, replayed), undefined)
  const others = [
    [{ ...replayed, name: 1 }, '/name'],
    [{ ...replayed, age: '1' }, '/age'],
    [{ ...replayed, parts: {} }, '/parts'],
    [{ ...replayed, text: 'to ?, by post' }, '/text'],
    [{ ...replayed, same: [1] }, '/same/1'],
    [{ ...replayed, more: 0 }, '/more'],
  ] as const
  for (const [other, pointer] of others) {
    t.equal(firstDifference(recorded, other)?.pointer, pointer)
  }
  t.ok(hasMarker('x ⟦redacted text 7⟧') && wholeMarker('x ⟦redacted text 7⟧') === undefined)
})

t.test('an own __proto__ in what was recorded stays data', async (t) => {
  const redactor = new Redactor()
  const value: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"list":[{"__proto__":1}]}')
  const clean = redactor.clean(redactor.markNames(value, nobody)) as object
  t.ok(Object.hasOwn(clean, '__proto__'))
  t.equal(Reflect.get({ ...clean, ...{} }, 'isAdmin'), undefined)
  t.equal(JSON.stringify(clean), JSON.stringify(value))
})

t.test('a secret that was told is nowhere in the recording', async (t) => {
  const secret = 'canary-of-the-mailbox'
  const recording = record({
    hostCalls: [
      {
        name: 'secrets.reveal',
        requestJson: '{"name":"mail"}',
        answerJson: JSON.stringify(secret),
      },
    ],
    logs: [line(`logged in with ${secret}`, { pass: secret })],
    message: `535 ${secret}`,
  })
  t.notMatch(JSON.stringify(recording), secret)
  t.match(recording.hostCalls, [{ name: 'secrets.reveal', request: { name: 'mail' } }])
})
