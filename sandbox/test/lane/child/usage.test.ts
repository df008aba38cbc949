import '../../plain-spawn.ts'
import t from 'tap'
import { Sandbox } from '../../../src/index.ts'
import { bundle, type GuestFixture, guestCall, outputOf } from '../../guest-fixture.ts'

const source = bundle(`
  async steps(input, ctx) {
    let sum = 0
    for (let step = 0; step < 4; step++) {
      await ctx.db.query('x')
      for (let n = 0; n < input; n++) sum += Math.sqrt(n)
    }
    return sum > 0
  },
  hold: (() => { let held; return (input) => { held = Array(input * 131072).fill(1.5); return held.length } })(),
`)

t.test('what a call took is its own', async (t) => {
  const sandbox = await Sandbox.start({ lanes: 1 })
  t.teardown(() => sandbox.stop())
  const call = (operation: string, fixture: GuestFixture = {}) => {
    const limits = { heapMb: 64, turnMs: 2000 }
    return sandbox.call(guestCall(source, { operation, limits, deadlineMs: 20_000, ...fixture }))
  }

  for (const state of ['kept', 'fresh'] as const) {
    t.test(`CPU of calls that take turns in one isolate (${state})`, async (t) => {
      await call('steps', { input: 1, state })
      // Answers are given in pairs, so that a turn of the one always lies between two of the other.
      let open: (() => void) | undefined
      let pairs = 0
      const hostCall = () =>
        new Promise<string>((resolve) => {
          const answer = () => resolve('null')
          if (open === undefined) {
            open = answer
            return
          }
          pairs++
          open()
          open = undefined
          answer()
        })
      const [heavy, light] = await Promise.all([
        call('steps', { input: 5_000_000, state, hostCall }),
        call('steps', { input: 1, state, hostCall }),
      ])
      t.same([heavy, light].map(outputOf), [true, false])
      t.equal(pairs, 4, 'turn by turn')
      t.ok(heavy.cpuMs > 4, `heavy: ${heavy.cpuMs} ms`)
      t.ok(light.cpuMs < heavy.cpuMs / 2, `light: ${light.cpuMs} ms beside ${heavy.cpuMs}`)
    })
  }

  t.test('the heap that an isolate was seen to hold', async (t) => {
    const small = await call('hold', { input: 0, tenant: 'small' })
    const large = await call('hold', { input: 20, tenant: 'large' })
    t.ok(small.peakHeapMb > 0.2 && small.peakHeapMb < 10, `small: ${small.peakHeapMb}`)
    t.ok(large.peakHeapMb > 20 && large.peakHeapMb < 50, `large: ${large.peakHeapMb}`)
    const after = await call('hold', { input: 0, tenant: 'large' })
    t.ok(after.peakHeapMb >= large.peakHeapMb, 'the most it ever held')
    const other = await call('hold', { input: 0, tenant: 'small' })
    t.ok(other.peakHeapMb < 10, "and not another's")
  })
})
