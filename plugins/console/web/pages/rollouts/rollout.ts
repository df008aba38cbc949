import { cliText, shellWord } from '../../parts/command-text.ts'
import type { Tone } from '../../parts/status-tag.tsx'

/** A sentence of the host in both languages. */
export interface Sentence {
  readonly en: string
  readonly 'zh-CN': string
}

export type RolloutState =
  | 'ready'
  | 'running'
  | 'baking'
  | 'paused'
  | 'completed'
  | 'aborted'
  | 'superseded'
  | 'rolled_back'

export type Arm = 'stable' | 'canary'

export type Counts = Readonly<Record<Arm, number>>

export interface Step {
  readonly weightBp?: number
  readonly hold?: unknown
  readonly shadow?: unknown
  readonly approve?: unknown
  readonly gate?: unknown
  readonly hook?: unknown
}

export interface RolloutSummary {
  readonly id: string
  readonly plugin: string
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly state: RolloutState
  readonly revision: number
  readonly step: number
  readonly steps: readonly Step[]
  readonly cohortBy: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface Transition {
  readonly id: number
  readonly at: string
  readonly command: string
  readonly weightBp: number
  readonly actor: string
  readonly reason: Sentence
}

/** What `GET /v1/rollouts/{id}` and each event of its stream hold. */
export interface ShownRollout extends RolloutSummary {
  readonly weightBp: number
  readonly calls: Counts
  readonly events: Readonly<Record<string, Counts>>
  readonly evidence: {
    readonly verdict: string
    readonly e: number
    readonly threshold: number
    readonly sentence: Sentence
  }
  readonly shadow: { readonly sentence: Sentence } | null
  readonly waiting: Sentence | null
  readonly standstill: Sentence | null
  readonly asks: unknown
  readonly units: number
  readonly acknowledged: { readonly nodes: number; readonly of: number } | null
  readonly transitions: readonly Transition[]
  readonly draining: { readonly version: string; readonly inFlight: number } | null
}

/** One moment of what the judge knew. */
export interface EvidencePoint {
  readonly at: string
  readonly step: number
  readonly weightBp: number
  readonly e: number
  readonly calls: Counts
}

const over: ReadonlySet<RolloutState> = new Set([
  'completed',
  'aborted',
  'superseded',
  'rolled_back',
])

/** Whether nothing can be aborted any more. */
export function isOver(state: RolloutState): boolean {
  return over.has(state)
}

export const TONES = {
  ready: 'neutral',
  running: 'good',
  baking: 'good',
  paused: 'warning',
  completed: 'good',
  aborted: 'bad',
  superseded: 'neutral',
  rolled_back: 'bad',
} as const satisfies Record<RolloutState, Tone>

/** The newest of each version, of a list with the newest first. Pure. */
export function newestByVersion(
  rollouts: readonly RolloutSummary[],
): ReadonlyMap<string, RolloutSummary> {
  return new Map(rollouts.toReversed().map((one) => [one.to, one]))
}

/** Commands that a state takes, as a person gives them; the host's own table decides. */
export function commandsOf({ state }: Pick<RolloutSummary, 'state'>): readonly string[] {
  const table: Record<RolloutState, readonly string[]> = {
    ready: ['start'],
    running: ['pause', 'promote'],
    baking: ['pause', 'promote'],
    paused: ['resume', 'promote'],
    completed: ['rollback'],
    aborted: ['retry'],
    superseded: ['retry'],
    rolled_back: ['retry'],
  }
  return table[state]
}

/** What a person may do with it, and look at, by the command line. Pure. */
export function commandLines(
  rollout: Pick<RolloutSummary, 'id' | 'plugin' | 'from' | 'state'>,
): readonly string[] {
  const { id, plugin, from, state } = rollout
  const own = commandsOf(rollout).map((command) =>
    command === 'rollback'
      ? cliText(['plugin', 'rollback', plugin], { to: from })
      : cliText(['rollout', command, id]),
  )
  return [
    ...(isOver(state) ? [] : [cliText(['rollout', 'abort', id])]),
    ...own,
    cliText(['rollout', 'analysis', id]),
  ]
}

/** Plans and starts; steps of one's own come from a file. Pure. */
export function startLine(wish: {
  readonly plugin: string
  readonly version: string
  readonly steps?: readonly Step[]
  readonly cohortBy?: string
}): string {
  const { plugin, version, steps, cohortBy } = wish
  const words = ['rollout', 'start', `${plugin}@${version}`]
  const by = cohortBy === undefined ? {} : { by: cohortBy }
  if (steps === undefined) return cliText(words, by)
  const text = shellWord(JSON.stringify(steps))
  return `echo ${text} > steps.json && ${cliText(words, { steps: 'steps.json', ...by })}`
}

/** The share of all calls that the new version is to have, 0 to 1. */
export function shareOf({ state, weightBp }: Pick<ShownRollout, 'state' | 'weightBp'>): number {
  return state === 'completed' ? 1 : weightBp / 10_000
}

/**
 * Where evidence stands, 0 to 1: on the scale of logarithms each piece adds alike; 0 is none, 1 the abort line. What speaks for
 * the version counts as none.
 */
export function evidenceShare(e: number, threshold: number): number {
  return Math.min(1, Math.max(0, Math.log(e) / Math.log(threshold)))
}

export function stepKind(step: Step): 'weight' | 'shadow' | 'approve' | 'gate' | 'hook' {
  if (step.shadow !== undefined) return 'shadow'
  if (step.approve !== undefined) return 'approve'
  if (step.gate !== undefined) return 'gate'
  if (step.hook !== undefined) return 'hook'
  return 'weight'
}

export interface TracedPoint {
  /** 0 to 1 in time. */
  readonly x: number
  /** 0 to 1, see evidenceShare. */
  readonly y: number
  readonly point: EvidencePoint
}

/** Where each point lies in a chart, oldest first. */
export function tracePoints(
  points: readonly EvidencePoint[],
  threshold: number,
): readonly TracedPoint[] {
  const times = points.map(({ at }) => Date.parse(at))
  const first = times[0] ?? 0
  const span = Math.max(1, (times.at(-1) ?? 0) - first)
  return points.map((point, index) => ({
    x: ((times[index] ?? first) - first) / span,
    y: evidenceShare(point.e, threshold),
    point,
  }))
}
