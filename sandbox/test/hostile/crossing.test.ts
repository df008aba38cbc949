import '../plain-spawn.ts'
import { deepEqual, equal } from 'node:assert/strict'
import { createContext, Script } from 'node:vm'
import secureJsonParse from 'secure-json-parse'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { type GuestOutcome, Sandbox } from '../../src/index.ts'
import { bundle, codeOf, type GuestFixture, guestCall, outputOf } from '../guest-fixture.ts'
import { anyExpression, anyText } from './guest-values.ts'

const builtIns = Reflect.ownKeys(Object.prototype).map(String).sort()

const sandbox = await Sandbox.start({ lanes: 1 })
t.teardown(() => sandbox.stop())

const call = (source: string, fixture: GuestFixture = {}): Promise<GuestOutcome> =>
  sandbox.call(guestCall(source, { limits: { turnMs: 2000 }, deadlineMs: 10_000, ...fixture }))

/** What JSON makes of an expression; nothing when it cannot be written, as JSON.stringify itself says. */
const reference = createContext({})
const asJson = (expression: string, wrap: string): string | undefined => {
  const text = `(() => { try { return JSON.stringify(${wrap.replace('?', () => expression)}) ?? 'null' } catch {} })()`
  return new Script(text).runInContext(reference) as string | undefined
}

t.test('any JSON that goes in comes out as it was', async (t) => {
  const source = bundle(`
    echo: (input) => input,
    later: async (input) => input,
    host: async (input, ctx) => ctx.db.query('x', [input]),
    config: (_, ctx) => ctx.config,
  `)
  const hostCall = async (_: string, payload: string) =>
    JSON.stringify(JSON.parse(payload).parameters[0])
  const values = fc.array(fc.json({ stringUnit: 'binary', maxDepth: 4 }), {
    minLength: 8,
    maxLength: 8,
  })
  for (const operation of ['echo', 'later', 'host']) {
    await fc.assert(
      fc.asyncProperty(values, async (texts) => {
        const canonical = texts.map((text) => JSON.stringify(JSON.parse(text)))
        const outcomes = await Promise.all(
          canonical.map((inputJson) => call(source, { operation, inputJson, hostCall })),
        )
        t.same(
          outcomes.map((outcome) => (outcome.kind === 'ok' ? outcome.outputJson : outcome.kind)),
          canonical,
        )
      }),
      { numRuns: 6, seed: 7 },
    )
  }
  const config = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}')
  const outcome = await call(source, { operation: 'config', config })
  t.match(outcome, { kind: 'ok', outputJson: JSON.stringify(config) }, 'settings too')
})

t.test('what a guest answers, asks and logs arrives as JSON defines it', async (t) => {
  const some = fc.array(anyExpression, { minLength: 12, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(some, async (expressions) => {
      const source = bundle(
        expressions
          .map(
            (text, index) => `
              answer${index}: () => ${text},
              ask${index}: async (_, ctx) => { await ctx.db.query('x', [${text}]); return 'asked' },
              log${index}: (_, ctx) => { ctx.log.info('m', { field: ${text} }); return 'logged' },`,
          )
          .join(''),
      )
      for (const [index, text] of expressions.entries()) {
        const outcome = await call(source, { operation: `answer${index}` })
        const answer = outcome.kind === 'ok' ? outcome.outputJson : codeOf(outcome)
        equal(answer, asJson(text, '?') ?? 'SBX_OUTPUT_NOT_JSON', text)

        const asked: string[] = []
        const hostCall = async (_: string, payload: string) => `${asked.push(payload)}`
        await call(source, { operation: `ask${index}`, hostCall })
        const payload = asJson(text, "{ sql: 'x', parameters: [?] }")
        deepEqual(asked, payload === undefined ? [] : [payload], text)

        const logged: string[] = []
        const onLog: GuestFixture['onLog'] = (level, _, fields) => {
          if (level === 'info') logged.push(JSON.stringify(fields))
        }
        await call(source, { operation: `log${index}`, onLog })
        deepEqual(logged, expectedLog(asJson(text, '{ field: ? }')), text)
      }
    }),
    { numRuns: 8, seed: 5 },
  )
  t.same(Reflect.ownKeys(Object.prototype).map(String).sort(), builtIns, 'the host is unchanged')
})

/** Fields that would make a prototype wherever they are merged do not arrive; their line and all others do, as they were. */
function expectedLog(json: string | undefined): string[] {
  if (json === undefined) return []
  const plain = secureJsonParse.parse(json, { protoAction: 'remove', constructorAction: 'remove' })
  return [JSON.stringify(plain)]
}

t.test('what the host answers arrives in the guest as own, plain data', async (t) => {
  const source = bundle(`run: async (input, ctx) => {
    const rows = await ctx.db.query('x')
    const other = input
    const seen = [rows, other].map((value) => [
      Reflect.ownKeys(value), value.isAdmin === undefined, Object.getPrototypeOf(value) === Object.prototype,
      value.constructor === Object,
    ])
    return [seen, Object.assign({}, {}).isAdmin === undefined, Reflect.ownKeys(Object.prototype).sort()]
  }`)
  const json = '{"__proto__":{"isAdmin":true},"a":1}'
  const outcome = await call(source, { inputJson: json, hostCall: async () => json })
  const own = [['__proto__', 'a'], true, true, true]
  t.same(outputOf(outcome), [[own, own], true, builtIns])
})

t.test('a thrown text is told as it is, cut short, in one line', async () => {
  const source = bundle(`
    threw: (input) => { throw new Error(input) },
    text: (input) => { throw input },
    refused: (input) => { throw new Refusal('NO_STOCK', input) },
  `)
  const told = (text: string): string => {
    const line = text.slice(0, 2000).toWellFormed().replace(/\s+/g, ' ').trim()
    return line.length > 200 ? `${line.slice(0, 200)}…` : line
  }
  const texts = fc.oneof(anyText, fc.string({ unit: 'binary', minLength: 1990, maxLength: 2010 }))
  await fc.assert(
    fc.asyncProperty(texts, async (input) => {
      for (const operation of ['threw', 'text']) {
        const outcome = await call(source, { operation, input })
        const isEmpty = input === '' && operation === 'threw'
        const reason = isEmpty ? 'a value of type object was thrown' : told(input)
        equal(codeOf(outcome), 'SBX_PLUGIN_THREW')
        const message = outcome.kind === 'failed' ? outcome.error.message : ''
        equal(message, `@test/guest 1.0.0 failed: ${reason}`)
      }
      const refused = await call(source, { operation: 'refused', input })
      const message = input === '' ? 'a value of type object was thrown' : input.slice(0, 2000)
      equal(codeOf(refused), 'refused:NO_STOCK')
      equal(refused.kind === 'refused' && refused.message, message.toWellFormed())
    }),
    { numRuns: 20, seed: 3 },
  )
})

t.test('log messages arrive as they were', async () => {
  const source = bundle('run: (input, ctx) => { for (const text of input) ctx.log.info(text) }')
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { maxLength: 20 }), async (input) => {
      const logged: string[] = []
      await call(source, { input, onLog: (_, message) => logged.push(message) })
      deepEqual(logged, input)
    }),
    { numRuns: 8, seed: 9 },
  )
})

t.test('limits hold to the character, whatever the characters are', async (t) => {
  const source = bundle(`
    echo: (input) => input,
    make: ([text, count]) => text.repeat(count),
  `)
  const limits = { payloadKb: 64, turnMs: 2000 }
  for (const text of ['x', '货', '😀', '\\', '\u0001']) {
    const unit = JSON.stringify(text).length - 2
    const count = Math.floor((64 * 1024 - 2) / unit)
    const padding = 'x'.repeat(64 * 1024 - 2 - count * unit)
    const input = text.repeat(count) + padding
    t.equal(JSON.stringify(input).length, 64 * 1024)
    t.equal(outputOf(await call(source, { operation: 'echo', input, limits })), input)
    const over = await call(source, { operation: 'echo', input: `${input}x`, limits })
    t.equal(codeOf(over), 'SBX_INPUT_TOO_LARGE')
    t.match(over, { blame: 'host', error: { message: /65537.*65536/ } })
    const made = await call(source, { operation: 'make', input: [text, count + 1], limits })
    t.equal(codeOf(made), 'SBX_OUTPUT_TOO_LARGE')
  }
})

t.test('depth is nobody but the guest’s trouble', async (t) => {
  const source = bundle(`
    echo: (input) => input,
    count: (input) => { let depth = 0; while (Array.isArray(input)) { depth++; input = input[0] } return depth },
    ask: async (input, ctx) => ctx.db.query('x', input).then(() => 'asked', (error) => error.name),
  `)
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const shallow = await call(source, { operation: 'echo', inputJson: nested(1000) })
  t.match(shallow, { kind: 'ok', outputJson: nested(1000) })
  const inputJson = nested(100_000)
  t.equal(outputOf(await call(source, { operation: 'count', inputJson })), 100_000)
  t.equal(codeOf(await call(source, { operation: 'echo', inputJson })), 'SBX_OUTPUT_NOT_JSON')
  t.equal(outputOf(await call(source, { operation: 'ask', inputJson })), 'RangeError')
  const answered = await call(source, { operation: 'ask', hostCall: async () => nested(100_000) })
  t.equal(outputOf(answered), 'asked')
})
