import type { Arm } from '../cohorts/cohort.ts'
import type { TripKind } from '../judge/hard-trips.ts'
import { type Comparison, differingPaths, normalise, WHOLE } from './answer-diff.ts'
import { type ComparedPair, WRITES } from './shadow-tally.ts'

/** What came of a call, as far as it can be compared. `unable`: by no fault of the version. */
export type ShadowAnswer =
  | { readonly kind: 'answered'; readonly json: string }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unable' }

/** One more run of a call, that nobody waits for. */
export interface ShadowRun {
  readonly answer: ShadowAnswer
  readonly trip?: TripKind | undefined
  /** Host calls that were refused. */
  readonly refused: readonly string[]
}

/** A call that was answered, and can be run again on either version. */
export interface MirroredCall {
  readonly rollout: string
  readonly plugin: string
  readonly kind: 'live' | 'replay'
  readonly answer: ShadowAnswer
  readonly comparison: Comparison
  /** Never rejects. */
  readonly run: (arm: Arm) => Promise<ShadowRun>
  /** Characters that it holds while it waits. */
  readonly length: number
}

export type Runs = Readonly<Record<Arm, ShadowRun>>

/** @returns where each version differed from the answer; undefined: the two runs cannot be compared. */
export function comparePair(
  { answer, comparison }: Pick<MirroredCall, 'answer' | 'comparison'>,
  { stable, canary }: Runs,
): ComparedPair | undefined {
  const kinds = [stable.answer.kind, canary.answer.kind]
  if (kinds.includes('unable')) return undefined
  // Stable itself cannot do it again: of a call that writes, or that could be had only once, nothing is learnt.
  if (kinds.every((kind) => kind === 'failed')) return undefined
  const given = normalisedOf(answer, comparison)
  const pathsOf = (run: ShadowRun) => {
    const paths = new Set(differences(answer, given, run.answer, comparison))
    return run.refused.length > 0 ? paths.add(WRITES) : paths
  }
  return { stable: pathsOf(stable), canary: pathsOf(canary) }
}

function differences(
  answer: ShadowAnswer,
  given: unknown,
  other: ShadowAnswer,
  comparison: Comparison,
): ReadonlySet<string> {
  if (answer.kind === 'answered' && other.kind === 'answered') {
    return differingPaths(given, normalisedOf(other, comparison), comparison)
  }
  const isSame = answer.kind === 'refused' && other.kind === 'refused' && answer.code === other.code
  return new Set(isSame ? [] : [WHOLE])
}

function normalisedOf(answer: ShadowAnswer, comparison: Comparison): unknown {
  return answer.kind === 'answered' ? normalise(JSON.parse(answer.json), comparison) : undefined
}
