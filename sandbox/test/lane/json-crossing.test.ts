import '../plain-spawn.ts'
import fc from 'fast-check'
import t from 'tap'
import { Sandbox } from '../../src/index.ts'
import { bundle, guestCall } from '../guest-fixture.ts'

const source = bundle(`
  echo: (input) => input,
  later: async (input) => input,
  host: async (input, ctx) => ctx.db.query('x', [input]),
  odd: () => [NaN, -0, undefined, () => 1, new Date(0), '\\ud800', Infinity, [,1], { a: undefined }],
`)

t.test('any JSON that goes in comes out as it was', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const cross = async (operation: string, inputJson: string): Promise<string> => {
    const hostCall = async (_: string, payload: string) =>
      JSON.stringify(JSON.parse(payload).parameters[0])
    const outcome = await sandbox.call(guestCall(source, { operation, inputJson, hostCall }))
    return outcome.kind === 'ok' ? outcome.outputJson : outcome.kind
  }
  const values = fc.array(fc.json({ stringUnit: 'binary', maxDepth: 4 }), {
    minLength: 8,
    maxLength: 8,
  })
  for (const operation of ['echo', 'later', 'host']) {
    await fc.assert(
      fc.asyncProperty(values, async (texts) => {
        const canonical = texts.map((text) => JSON.stringify(JSON.parse(text)))
        t.same(await Promise.all(canonical.map((text) => cross(operation, text))), canonical)
      }),
      { numRuns: 12, seed: 7 },
    )
  }
  t.equal(
    await cross('odd', 'null'),
    '[null,0,null,null,"1970-01-01T00:00:00.000Z","\\ud800",null,[null,1],{}]',
    'what is no JSON becomes what JSON.stringify says',
  )
})
