import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { CompiledScript } from '../../src/lane/child/compiled-script.ts'
import { guestOps } from '../../src/lane/child/guest/runtime.ts'
import { GuestLane } from '../../src/lane/child/guest-lane.ts'
import { type Frame, FrameReader, FrameWriter } from '../../src/lane/wire/frame.ts'
import { fromLane, type LoadRequest, toLane } from '../../src/lane/wire/messages.ts'

/**
 * A guest side that was outwitted: it hands over as its outbox whatever the caller's input, the answer to a
 * host call, or the bundle says. So these tests reach what lies behind it: the lane's own check of who says what.
 */
const outwitted = `(() => {
  let left = ''
  return (packed, now, text, payload) => {
    const op = packed % 8
    if (op === ${guestOps.call} || op === ${guestOps.reply}) {
      const { at, after } = JSON.parse(payload)
      left = after ?? ''
      return at
    }
    if (op !== ${guestOps.drain}) return ''
    const text2 = left
    left = ''
    return text2
  }
})()`

const ATTACKER = 1
const VICTIM = 2
const kinds = ['O', 'N', 'F', 'H', 'G'] as const

const record = (kind: string, call: number, body = '"forged"', name = 'x', number = 1): string =>
  `${kind}${call} ${number} ${name.length} ${body.length}\n${name}${body}`

/** Both isolates stand; calls 21 and 22 of the victim wait for something, as does call 11 of the attacker. */
function laneWithTwoGuests() {
  const out = new FrameWriter()
  const bootstrap = new CompiledScript(outwitted, 'outwitted.js', undefined)
  const watch = { enter: () => undefined, leave: () => undefined }
  const lane = new GuestLane(out, bootstrap, watch)
  let frames = 0
  const handle = (frame: Partial<Frame>) =>
    lane.handle(
      {
        kind: 0,
        id: 0,
        number: 0,
        at: 0,
        text: '',
        payload: '',
        payloadBytes: 0,
        bytes: undefined,
        ...frame,
      },
      ++frames,
      Date.now(),
    )
  const told = (): Frame[] => {
    const frames: Frame[] = []
    new FrameReader((frame) => frames.push(frame), 1 << 24).push(Buffer.from(out.view()))
    out.clear()
    // How much a heap holds, the lane measures itself.
    return frames.filter(({ kind }) => kind !== fromLane.heap)
  }
  const call = (id: number, isolate: number, at: string, after = '') => {
    const payload = JSON.stringify({ at, after })
    handle({ kind: toLane.call, id, number: isolate, text: 'service\0run\n', payload })
    return told()
  }
  const load: LoadRequest = {
    sourceBytes: 1,
    tenant: 'acme',
    configJson: '{}',
    heapMb: 32,
    turnMs: 1000,
    maxOutputLength: 1000,
    features: [],
    state: 'kept',
    seed: '',
  }
  for (const id of [ATTACKER, VICTIM]) {
    handle({ kind: toLane.load, id, text: JSON.stringify(load), bytes: Buffer.from('1') })
  }
  const loaded = told().map(({ kind }) => kind)
  call(11, ATTACKER, '')
  call(21, VICTIM, '')
  call(22, VICTIM, '')
  const drop = () => {
    for (const id of [ATTACKER, VICTIM]) handle({ kind: toLane.drop, id })
  }
  return { lane, handle, told, call, loaded, drop }
}

t.test('a record speaks only for calls of the isolate whose turn it is', async (t) => {
  const { lane, handle, told, call, loaded, drop } = laneWithTwoGuests()
  t.teardown(drop)
  t.same(loaded, [fromLane.loaded, fromLane.loaded])
  for (const kind of kinds) {
    const forged = [20, 21, 22, 23, 0, 0xffffffff].map((id) => record(kind, id)).join('')
    t.same(call(30, ATTACKER, forged), [], `${kind} in the turn of a call`)
    call(31, ATTACKER, '', forged)
    lane.finish()
    t.same(told(), [], `${kind} in what its microtasks leave`)
    const payload = JSON.stringify({ at: forged })
    handle({ kind: toLane.reply, id: 11, number: 1, payload })
    t.same(told(), [], `${kind} in the turn of an answer`)
  }
  t.match(call(32, ATTACKER, record('O', 11)), [{ kind: fromLane.ok, id: 11 }], 'its own may')
  t.same(call(33, ATTACKER, record('O', 11)), [], 'but each only once')
  handle({ kind: toLane.reply, id: 21, payload: JSON.stringify({ at: record('O', 21, '"true"') }) })
  t.match(told(), [{ kind: fromLane.ok, id: 21, payload: '"true"' }], 'the victim is unharmed')
})

t.test(
  'an answer alone is the answer of the call whose turn it is, whatever it says',
  async (t) => {
    const { call, drop } = laneWithTwoGuests()
    t.teardown(drop)
    const frames = call(40, ATTACKER, `=${record('O', 21)}`)
    t.match(frames, [{ kind: fromLane.ok, id: 40, payload: record('O', 21) }])
  },
)

t.test('calls that enter together are answered for each other at most', async (t) => {
  const { lane, handle, told, drop } = laneWithTwoGuests()
  t.teardown(drop)
  const brief = (id: number, at: string) => {
    const payload = JSON.stringify({ at })
    handle({ kind: toLane.call, id, number: ATTACKER, text: 'service\0brief\n', payload })
  }
  brief(60, '=1')
  t.match(told(), [{ kind: fromLane.ok, id: 60 }])
  // The first may have been slow on a full machine: known to be cheap they are after some more.
  for (let id = 100; id < 140; id++) {
    brief(id, '=1')
    lane.finish()
  }
  told()
  const forged = [21, 22, 63, 64].map((id) => record('O', id)).join('')
  for (const id of [61, 62, 63]) brief(id, forged)
  t.same(told(), [], 'they wait for each other')
  lane.finish()
  t.match(told(), [{ kind: fromLane.ok, id: 63 }])
})

t.test('records after one that is none are not read', async (t) => {
  const { call, drop } = laneWithTwoGuests()
  t.teardown(drop)
  for (const [index, broken] of ['O', 'O1', `${record('G', 11)}?`, 'O-1 0 0 0\n'].entries()) {
    const frames = call(50 + index, ATTACKER, `${broken}${record('O', 11)}`)
    t.notOk(
      frames.some(({ kind }) => kind === fromLane.ok),
      JSON.stringify(broken),
    )
  }
})

t.test('whatever an isolate hands over, nothing of it is said for another', async (t) => {
  const { lane, told, call, drop } = laneWithTwoGuests()
  t.teardown(drop)
  const id = fc.oneof(fc.constantFrom(20, 21, 22), fc.nat())
  const soup = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom(...kinds, '=', 'X'), id, fc.string(), fc.string(), fc.nat())
      .map(([kind, call, body, name, number]) => record(kind, call, body, name, number)),
  )
  const outbox = fc.array(soup, { maxLength: 4 }).map((parts) => parts.join(''))
  let next = 1000
  fc.assert(
    fc.property(outbox, outbox, (at, after) => {
      const own = next++
      const frames = call(own, ATTACKER, at, after)
      lane.finish()
      frames.push(...told())
      t.notOk(frames.some((frame) => frame.id === 21 || frame.id === 22))
    }),
    { numRuns: 200, seed: 11 },
  )
})
