import '../plain-spawn.ts'
import t from 'tap'
import { compileBundle, type GuestCall, Sandbox } from '../../src/index.ts'
import { bundle, guestCall, outputOf, stuck } from '../guest-fixture.ts'

const of = { plugin: '@test/guest', version: '1.0.0' }
const source = bundle(`
  run: ({ n }) => table[n],
`).replace('return {', 'const table = Array.from({ length: 100 }, (_, n) => square(n)); return {')
const square = 'function square(n) { return n * n }\n'
const bytes = Buffer.from(square + source)

/** Flags of V8 are part of the head of what it compiles: a change there is told from one in the code. */
const FLAGS_AT = 12

const callWith = (compiled: Uint8Array, rejected: () => void, tenant: string): GuestCall => ({
  ...guestCall(square + source, { input: { n: 7 }, tenant }),
  loadBundle: async () => ({ source: bytes, compiled, onCompiledRejected: rejected }),
})

t.test('what is compiled ahead is taken by a lane', async (t) => {
  const compiled = await compileBundle(bytes, of)
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  let rejections = 0
  const call = callWith(compiled, () => rejections++, 'acme')
  t.equal(outputOf(await sandbox.call(call)), 49)
  t.equal(rejections, 0)

  const ofOtherFlags = Buffer.from(compiled)
  ofOtherFlags[FLAGS_AT] = (ofOtherFlags[FLAGS_AT] as number) ^ 1
  const other = callWith(ofOtherFlags, () => rejections++, 'other')
  t.equal(outputOf(await sandbox.call(other)), 49, 'what V8 does not take costs time only')
  t.equal(rejections, 1, 'and is told')
})

t.test(
  'a bundle compiles ahead with all it may be granted, and whatever its self-test does',
  async (t) => {
    const selfTests = [
      "selfTest() { throw new Error('no') }",
      'selfTest: (ctx) => ctx.db.query("x")',
      'selfTest() { for (let n = 0; n < 9; n++) Promise.reject(new Error("no")) }',
    ]
    for (const selfTest of selfTests) {
      const needsIntl = `const plural = new Intl.PluralRules('en'); WebAssembly.Module.name;\n`
      const text = needsIntl + bundle('run: (input) => plural.select(input)', selfTest)
      t.ok((await compileBundle(Buffer.from(text), of)).length > 0, selfTest)
    }
  },
)

t.test('a bundle that does not end, throws or is no plugin is refused, and named', async (t) => {
  const refused: [source: string, reason: RegExp, deadlineMs?: number][] = [
    ['for (;;);', /timed out/],
    [stuck, /it took over 900 ms/, 900],
    ["throw new Error('no')", /Error: no/],
    ['= no script', /Unexpected token/],
    ['var __signalbox_plugin = 1', /no default export/],
  ]
  for (const [text, reason, deadlineMs = 10_000] of refused) {
    const compiling = compileBundle(Buffer.from(text), of, { deadlineMs })
    await t.rejects(compiling, { code: 'SBX_COMPILE_FAILED' }, text)
    await compiling.catch(({ message }: Error) => {
      t.match(message, '@test/guest 1.0.0')
      t.match(message, reason)
    })
  }
})

t.test('what is over the limit of those that wait is refused at once', async (t) => {
  const asked = Array.from({ length: 18 }, () => compileBundle(bytes, of, { deadlineMs: 0 }))
  const codes = await Promise.all(asked.map((compiling) => compiling.catch(({ code }) => code)))
  t.same(new Set(codes), new Set(['SBX_COMPILE_FAILED', 'SBX_COMPILE_BUSY']))
  t.equal(codes.filter((code) => code === 'SBX_COMPILE_BUSY').length, 1)
})
