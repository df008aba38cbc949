import t from 'tap'
import { type Context, definePlugin } from '../../src/index.ts'

t.test('gives back the same table, frozen, with the types of its handlers', async (t) => {
  const plugin = definePlugin({
    services: { 'demo.echo': { say: (input: { text: string }) => input.text.length } },
    udfs: { double: (value: number) => value * 2 },
  })
  const length: number = plugin.services['demo.echo'].say({ text: 'four' })
  t.equal(length, 4)
  t.equal(plugin.udfs.double(2), 4)
  t.ok(Object.isFrozen(plugin))
})

t.test('an async handler and one that uses its ctx are handlers', async (t) => {
  const plugin = definePlugin({
    services: {
      'demo.echo': {
        say: async (_input: unknown, ctx: Context<{ greeting: string }>) => ctx.config.greeting,
      },
    },
  })
  t.type(plugin.services['demo.echo'].say, 'function')
})

/** Each of these is compiled by `npm run check:types`, which fails when the mistake is not seen. */
export const mistakes = () => [
  // @ts-expect-error a handler is a function
  definePlugin({ services: { 'demo.echo': { say: 'hello' } } }),
  // @ts-expect-error a service is a table of operations
  definePlugin({ services: { 'demo.echo': () => 1 } }),
  // @ts-expect-error a misspelt key, beside a right one
  definePlugin({ services: {}, servces: {} }),
  // @ts-expect-error a handler is given input and ctx, nothing else
  definePlugin({ services: { 'demo.echo': { say: (_a: 1, _b: Context, _c: 3) => 1 } } }),
  // @ts-expect-error ctx has no file system
  definePlugin({ services: { 'demo.echo': { say: (_: 1, ctx: Context) => ctx.fs } } }),
  // @ts-expect-error a self test is a function
  definePlugin({ selfTest: true }),
]
