import t, { type Test as TestBase } from 'tap'
import { prepareBootstrap } from '../../../src/lane/child/guest-bootstrap.ts'
import { GuestLane } from '../../../src/lane/child/guest-lane.ts'
import { type Frame, FrameReader, FrameWriter } from '../../../src/lane/wire/frame.ts'
import { callHead, fromLane, type LoadRequest, toLane } from '../../../src/lane/wire/messages.ts'
import { bundle } from '../../guest-fixture.ts'

const bootstrap = prepareBootstrap(true)

const source = Buffer.from(
  bundle(`
    run(input, ctx) {
      if (input === 'throw') throw new Error('no')
      if (input === 'refuse') throw new Refusal('NO', 'not this')
      if (input === 'reject') Promise.reject(new Error('nobody looks'))
      if (input === 'loop') for (;;);
      if (input === 'log') ctx.log.info('seen')
      if (input === 'later') return Promise.resolve().then(() => { console.log('later'); return 'then' })
      return input
    },
    draw: () => [Math.random(), Math.random()],
    wait: () => new Promise((resolve) => { globalThis.wake = resolve }),
    wake: (input) => { globalThis.wake?.(input); return 'woken' },
  `),
)

const MAX_WARM_UP = 300
/** So many in a row, and one that takes longer for once changes nothing. */
const BRIEFS = 30

const seedOf = (id: number) => `${id}`.padEnd(22, 'A')

/** A lane without its process: what it is given is worked off here, and what it tells is read. */
function laneWith(t: TestBase, state: LoadRequest['state'] = 'kept') {
  const out = new FrameWriter()
  const entered: [number, number][] = []
  const watch = { enter: (...frames: [number, number]) => entered.push(frames), leave: () => 0 }
  const lane = new GuestLane(out, bootstrap, watch)
  const isolates = [1, 2]
  let number = 0
  const handle = (frame: Partial<Frame>) => {
    const rest = { id: 0, number: 0, at: 5, text: '', payload: '', bytes: undefined }
    lane.handle({ kind: 0, payloadBytes: 0, ...rest, ...frame }, ++number, Date.now())
  }
  const told = (): Frame[] => {
    const frames: Frame[] = []
    new FrameReader((frame) => frames.push(frame), 1 << 24).push(Buffer.from(out.view()))
    out.clear()
    return frames.filter(({ kind }) => kind !== fromLane.heap)
  }
  const finish = () => {
    lane.finish()
    return told()
  }
  const call = (id: number, input: unknown, operation = 'run', isolate = 1, at = 5) => {
    const text = callHead(
      `test.service\0${operation}`,
      seedOf(id),
      0,
      { kind: 'app', id: 'app' },
      'stable',
      '0',
    )
    const payload = JSON.stringify(input)
    handle({ kind: toLane.call, id, number: isolate, text, payload, at })
  }
  const request: LoadRequest = {
    sourceBytes: source.length,
    tenant: 'acme',
    configJson: '{}',
    heapMb: 32,
    turnMs: 200,
    maxOutputLength: 1000,
    features: [],
    state,
    seed: '',
  }
  for (const id of isolates) {
    handle({ kind: toLane.load, id, text: JSON.stringify(request), bytes: source })
    // The first calls take long: V8 compiles. One that is not answered at once is known to be brief.
    for (const operation of ['run', 'draw', 'wake']) {
      finish()
      for (let n = 0, briefs = 0; n < MAX_WARM_UP && briefs < BRIEFS; n++) {
        call(10, 0, operation, id)
        briefs = told().length === 0 ? briefs + 1 : 0
        finish()
      }
    }
  }
  t.teardown(() => {
    for (const id of isolates) handle({ kind: toLane.drop, id })
  })
  finish()
  entered.length = 0
  return { call, handle, told, finish, entered }
}

const brief = (frames: readonly Frame[]) => frames.map(({ kind, id }) => [kind, id])

t.test(
  'brief calls that lie there together enter together, each answered for itself',
  async (t) => {
    const { call, told, finish, entered } = laneWith(t)
    const inputs = [1, 'throw', 'refuse', 'log', 'reject', 2]
    for (const [index, input] of inputs.entries()) call(20 + index, input)
    t.same(told(), [], 'they wait until answers are due')
    const frames = finish()
    t.equal(entered.length, 1, 'one turn')
    const [[first, last] = [0, 0]] = entered
    t.equal(last - first, 5, 'of six frames')
    t.match(
      frames.filter(({ kind }) => kind !== fromLane.log),
      [
        { kind: fromLane.ok, id: 20, payload: '1' },
        { kind: fromLane.failed, id: 21, text: 'threw', payload: 'no' },
        { kind: fromLane.refused, id: 22, text: 'NO', payload: 'not this' },
        { kind: fromLane.ok, id: 23, payload: '"log"' },
        { kind: fromLane.ok, id: 24, payload: '"reject"' },
        { kind: fromLane.ok, id: 25, payload: '2' },
      ],
    )
    const logs = frames.filter(({ kind }) => kind === fromLane.log)
    t.match(logs, [{ id: 21 }, { id: 23, payload: '["seen",null]' }])
    const cpu = frames.filter(({ kind }) => kind === fromLane.ok).map((frame) => frame.number)
    t.ok(Math.max(...cpu) - Math.min(...cpu) <= 1, `the same part of the CPU for each: ${cpu}`)
  },
)

t.test('what is of another isolate, another instant or too much enters apart', async (t) => {
  const { call, finish, entered } = laneWith(t)
  call(20, 1)
  call(21, 2, 'run', 2)
  call(22, 3, 'run', 2, 6)
  for (let id = 30; id < 47; id++) call(id, id)
  const ids = finish().map(({ id }) => id)
  t.same(ids, [20, 21, 22, ...Array.from({ length: 17 }, (_, n) => 30 + n)], 'in order')
  const sizes = entered.map(([first, last]) => last - first + 1)
  t.same(sizes, [1, 1, 1, 16, 1])
})

t.test(
  'behind a call that is not over at once the next ones wait for the end of its turn',
  async (t) => {
    const { call, finish } = laneWith(t)
    call(20, 1)
    call(21, 'later')
    call(22, 2)
    const frames = finish()
    t.match(
      frames.filter(({ kind }) => kind === fromLane.ok),
      [{ id: 20 }, { id: 21, payload: '"then"' }, { id: 22 }],
    )
    const logs = frames.filter(({ kind }) => kind === fromLane.log)
    t.match(logs, [{ id: 21, payload: '["later",null]' }], 'its console finds it at work')
    call(23, 1)
    t.match(finish(), [{ kind: fromLane.ok, id: 23 }])
  },
)

t.test('a limit that several ran into is held against none of them', async (t) => {
  const { call, finish } = laneWith(t)
  for (const [index, input] of [1, 'loop', 2].entries()) call(20 + index, input)
  const frames = finish()
  t.same(brief(frames), [
    [fromLane.gone, 20],
    [fromLane.gone, 21],
    [fromLane.gone, 22],
    [fromLane.tainted, 1],
  ])
  t.ok(
    frames.every(({ kind, number }) => kind !== fromLane.gone || number === 1),
    'all had started',
  )
  call(24, 1)
  t.match(
    finish(),
    [{ kind: fromLane.gone, id: 24, number: 0 }],
    'the isolate is not there any more',
  )
})

t.test('each draws from its own seed, as if it were alone', async (t) => {
  const { call, finish } = laneWith(t)
  const drawn = (frames: readonly Frame[]) =>
    new Map(frames.map(({ id, payload }) => [id, payload]))
  for (const id of [20, 21, 22]) call(id, null, 'draw')
  const together = drawn(finish())
  t.equal(new Set(together.values()).size, 3)
  for (const id of [22, 20, 21]) {
    call(id, null, 'draw')
    t.same([...drawn(finish())], [[id, together.get(id)]])
  }
})

t.test('a call that moves another one on brings its answer along', async (t) => {
  const { call, finish } = laneWith(t)
  call(20, null, 'wait')
  call(21, 0, 'wake')
  t.same(brief(finish()).sort(), [
    [fromLane.ok, 20],
    [fromLane.ok, 21],
  ])
  call(22, null, 'wait')
  call(23, 0, 'wake')
  call(24, 0)
  t.same(
    finish()
      .map(({ id }) => id)
      .sort(),
    [22, 23, 24],
  )
})

t.test('calls with globals of their own never enter together', async (t) => {
  const { call, finish, entered } = laneWith(t, 'fresh')
  for (const id of [20, 21, 22]) call(id, id)
  t.same(
    brief(finish()),
    [20, 21, 22].map((id) => [fromLane.ok, id]),
  )
  t.equal(entered.length, 3)
})
