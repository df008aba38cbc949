import { setTimeout as delay } from 'node:timers/promises'
import { SeededRandom } from '../../bench/seeded-random.ts'

/**
 * What npm's publish and the host's install take here, and a little more, in ms. Counted from the start of each,
 * because on a busy machine a publish takes so long that moments counted from its start would never meet an install.
 */
const SPREAD_MS = { publish: 2400, install: 1200 } as const

export interface KillMoment {
  readonly during: keyof typeof SPREAD_MS
  readonly afterMs: number
}

/** So that of four rounds, each two for a plugin's first and for a later version, all four pairs come up. */
const turns = ['install', 'publish', 'publish', 'install'] as const

/**
 * Moments to kill at: both spreads in equal parts, in each part one moment by chance, in an order by chance. The
 * seed is fixed, so that a run can be repeated; `KILL_SEED` gives another one.
 */
export function killMoments(rounds: number): readonly KillMoment[] {
  const random = new SeededRandom(process.env.KILL_SEED ?? 'kill')
  const phases = Array.from({ length: rounds }, (_none, round) => turns[round % 4] ?? 'install')
  const left = {
    publish: spread('publish', phases.filter((phase) => phase === 'publish').length, random),
    install: spread('install', phases.filter((phase) => phase === 'install').length, random),
  }
  return phases.map((during) => ({ during, afterMs: left[during].pop() ?? 0 }))
}

function spread(during: keyof typeof SPREAD_MS, parts: number, random: SeededRandom): number[] {
  return Array.from({ length: parts }, (_none, part) => ({
    afterMs: Math.round(((part + random.next()) * SPREAD_MS[during]) / parts),
    order: random.next(),
  }))
    .sort((one, other) => one.order - other.order)
    .map(({ afterMs }) => afterMs)
}

/** @param published settles when the publish is over, and an install begins */
export async function reach(
  { during, afterMs }: KillMoment,
  published: Promise<unknown>,
): Promise<void> {
  if (during === 'install') await published
  await delay(afterMs)
}
