import t from 'tap'
import {
  aloneIn,
  type ComparedPair,
  emptyShadowTally,
  recordPair,
  type ShadowTally,
} from '../../../src/rollout/shadow/shadow-tally.ts'
import { judgeShadow } from '../../../src/rollout/shadow/shadow-verdict.ts'

const plan = { minRequests: 200, maxDiff: 0.002 }

/** Mulberry32: the same figures on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface World {
  /** How often each field differs between two runs of one version, however alike their code. */
  readonly noise: readonly number[]
  /** Share of calls whose field `bug` the new version gets wrong. */
  readonly bug?: number
  /** `payload`: such a call is always wrong. `chance`: each run of any call is wrong by chance. */
  readonly by?: 'payload' | 'chance'
}

/** One call by the rules of the runner: a pair, and up to eight more while it is suspicious. */
function call(tally: ShadowTally, world: World, random: () => number): ShadowTally {
  const { noise, bug = 0, by = 'payload' } = world
  const isWrong = random() < bug
  const run = (isCanary: boolean): Set<string> => {
    const paths = noise.flatMap((share, field) => (random() < share ? [`/noise${field}`] : []))
    const bugHere = isCanary && (by === 'payload' ? isWrong : random() < bug)
    return new Set(bugHere ? [...paths, '/bug'] : paths)
  }
  let next = tally
  for (let repeats = 0; repeats <= 8; repeats++) {
    const pair: ComparedPair = { stable: run(false), canary: run(true) }
    next = recordPair(next, pair, repeats === 0 ? 'live' : 'repeat')
    const alone = aloneIn(pair.canary, pair.stable)
    if (!alone.some((path) => next.paths[path]?.stable === 0)) break
  }
  return next
}

/** @returns the call at which the version was stopped, or undefined */
function stoppedAt(world: World, seed: number, calls: number): number | undefined {
  const random = seeded(seed)
  let tally = emptyShadowTally
  for (let number = 1; number <= calls; number++) {
    tally = call(tally, world, random)
    if (judgeShadow(tally, plan).kind === 'different') return number
  }
  return undefined
}

const noisy = [0.5, 0.2, 0.05, 0.01, 0.002]

t.test(
  'of 1,000 healthy versions with noisy fields at most one in a hundred is stopped',
  async (t) => {
    let stopped = 0
    for (let seed = 0; seed < 1000; seed++) {
      if (stoppedAt({ noise: noisy }, seed, 250) !== undefined) stopped += 1
    }
    t.comment(`${stopped} of 1000 stopped`)
    t.ok(stopped <= 10, `${stopped} of 1,000: at most alpha`)
  },
)

t.test('a field that is wrong for one call in a hundred is found within 500 calls', async (t) => {
  const found = Array.from({ length: 200 }, (_, seed) =>
    stoppedAt({ noise: noisy, bug: 0.01 }, seed, 3000),
  )
  const late = found.filter((at) => at === undefined || at > 500).length
  const median = found.map((at) => at ?? 3000).sort((a, b) => a - b)[100] as number
  t.comment(`median ${median}, later than 500: ${late} of 200`)
  t.ok(median <= 500)
  t.ok(late <= 20, `${late} of 200 came later`)
})

t.test('one that is wrong by chance, and not again, takes as long as the coin needs', async (t) => {
  const found = Array.from({ length: 60 }, (_, seed) =>
    stoppedAt({ noise: [], bug: 0.01, by: 'chance' }, seed, 4000),
  )
  const median = found.map((at) => at ?? 4000).sort((a, b) => a - b)[30] as number
  t.comment(`median ${median}`)
  t.ok(median > 800 && median < 1800)
})

t.test('a difference that is rarer than the plan allows stops nothing', async (t) => {
  const random = seeded(1)
  let tally = emptyShadowTally
  for (let number = 0; number < 5000; number++)
    tally = call(tally, { noise: [], bug: 0.001 }, random)
  t.equal(judgeShadow(tally, plan).kind, 'same')
  t.equal(judgeShadow(tally, { ...plan, maxDiff: 0 }).kind, 'different')
})
