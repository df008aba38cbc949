import type { Knex } from 'knex'
import { type Snapshot, serviceKey } from '../../rollout/routing/snapshot.ts'
import { inBites } from '../../storage/in-bites.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import type { BreachService, Judged } from './breach-service.ts'
import type { LevelMetrics } from './level-metrics.ts'
import {
  type Breach,
  deleteSlotsBefore,
  listBreaches,
  rollUpSlots,
  sumsByTenant,
  type TenantSums,
} from './level-store.ts'
import { type Promised, promisedBy } from './promised-levels.ts'
import {
  type LevelName,
  type LevelSums,
  levelMove,
  levelNames,
  levelWindows,
  measuredLevel,
  noSums,
  type PromisedLevels,
  promisedLevel,
  type WindowName,
} from './service-levels.ts'

/** A breach is told within so long; a look reads about a hundred rows for each tenant of a service that promises something. */
const LOOK_MS = 30_000
const TIDY_MS = 600_000
/** Longer than the window that is judged by five minutes, and by hours, each with room for a clock that is off. */
const FIVE_MINUTES_KEPT_MS = 3 * 3_600_000
const HOURS_KEPT_MS = 48 * 3_600_000
const KEPT_MS = 32 * 24 * 3_600_000
const BITE = 5000
const MAX_BITES = 100
/** Of one look; the next takes the others. */
const MAX_MOVES = 500

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** PostgreSQL's clock, milliseconds since the epoch. */
  readonly now: () => number
  readonly breaches: Pick<BreachService, 'tell'>
  readonly metrics: LevelMetrics
  readonly log: { warn(fields: object, message: string): void }
}

/** Compares what was measured with what is promised, at an interval, on every node: one of them tells. */
export class LevelClock {
  readonly #ports: Ports
  readonly #looks = new RepeatedRun(() => this.#safely(() => this.look(), 'judged'), LOOK_MS)
  readonly #tidies = new RepeatedRun(() => this.#safely(() => this.tidy(), 'added up'), TIDY_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#looks.start()
    this.#tidies.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.#looks.stop(), this.#tidies.stop()])
  }

  /** @throws where PostgreSQL cannot be reached */
  async look(): Promise<void> {
    const { knex, snapshot, now, breaches, metrics } = this.#ports
    const promised = promisedBy(snapshot())
    const at = now()
    const open = await listBreaches(knex)
    const sums = promised.length === 0 ? [] : await sumsByTenant(knex, promised, at)
    metrics.show(promised, sums)
    const moves = judge(promised, sums, open, at)
    for (const judged of moves.slice(0, MAX_MOVES)) {
      if (this.#isStopped) return
      await breaches.tell(judged)
    }
    metrics.showBreaches(promised, moves.length === 0 ? open : await listBreaches(knex))
  }

  /** Few rows for whom much is known. @throws where PostgreSQL cannot be reached */
  async tidy(): Promise<void> {
    const { knex, now } = this.#ports
    const before = (ms: number) => new Date(now() - ms)
    const limits = { size: BITE, most: MAX_BITES, isStopped: () => this.#isStopped }
    const rolled = (unit: 'hour' | 'day', ms: number) => () =>
      rollUpSlots(knex, { unit, before: before(ms), limit: BITE })
    await inBites(rolled('hour', FIVE_MINUTES_KEPT_MS), limits)
    await inBites(rolled('day', HOURS_KEPT_MS), limits)
    await inBites(() => deleteSlotsBefore(knex, before(KEPT_MS), BITE), limits)
  }

  async #safely(work: () => Promise<void>, done: string): Promise<void> {
    await work().catch((err: unknown) => {
      if (!this.#isStopped) this.#ports.log.warn({ err }, `service levels could not be ${done}`)
    })
  }
}

/** What is to be told, of promises and of breaches whose promise or calls are gone. Pure. */
function judge(
  promised: readonly Promised[],
  sums: readonly TenantSums[],
  open: readonly Breach[],
  now: number,
): readonly Judged[] {
  const byService = new Map(promised.map((one) => [serviceKey(one.service, one.major), one]))
  const broken = new Map(open.map((breach) => [keyOf(breach), breach]))
  const moves: Judged[] = []
  for (const { tenant, service, major, windows } of sums) {
    const one = byService.get(serviceKey(service, major))
    if (one === undefined) continue
    for (const place of places) {
      const breach = { tenant, service, major, plugin: one.plugin, ...place, since: new Date(now) }
      const before = broken.get(keyOf(breach))
      broken.delete(keyOf(breach))
      moves.push(...moved(one.levels, windows[place.window], breach, before))
    }
  }
  // Of what is left nothing was counted in 30 days, or nothing is promised any more.
  for (const breach of broken.values()) {
    const levels = byService.get(serviceKey(breach.service, breach.major))?.levels ?? {}
    moves.push(...moved(levels, noSums, breach, breach))
  }
  return moves
}

const places = levelNames.flatMap((level) =>
  levelWindows.map(({ name: window }) => ({ level, window })),
)

function moved(
  levels: PromisedLevels,
  sums: LevelSums,
  breach: Breach,
  before: Breach | undefined,
): readonly Judged[] {
  const burn = levelWindows.find(({ name }) => name === breach.window)?.burn ?? 1
  const move = levelMove(breach.level, levels, sums, { burn, isBroken: before !== undefined })
  if (move === undefined) return []
  return [{ move, breach: before ?? breach, figures: figuresOf(breach.level, levels, sums) }]
}

function figuresOf(level: LevelName, levels: PromisedLevels, sums: LevelSums): Judged['figures'] {
  const isLatency = level === 'latency'
  return {
    promised: promisedLevel(level, levels) ?? null,
    p95Ms: (isLatency ? levels.p95Ms : undefined) ?? null,
    measured: measuredLevel(level, sums),
    calls: isLatency ? sums.timed : sums.calls,
    bad: isLatency ? sums.slow : sums.failed,
  }
}

function keyOf(of: {
  tenant: string
  service: string
  major: number
  level: LevelName
  window: WindowName
}): string {
  return `${of.tenant}\0${of.service}\0${of.major}\0${of.level}\0${of.window}`
}
