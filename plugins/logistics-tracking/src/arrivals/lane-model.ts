import type { DispatchSeason } from './dispatch-season.ts'
import { logHours, type Milestone, type Passage } from './passage.ts'
import { type QuantileCurve, sampleCurve, sampleQuantile } from './quantile-curve.ts'

/** What is known of the times of one group of passages. */
export interface GroupModel {
  readonly passages: number
  /** Of logarithms of hours, freed of the season. */
  readonly curve: QuantileCurve
}

/** Groups from the finest to all; a trip is judged by the finest, as far as it has been seen often enough. */
export type GroupKey = `${Milestone}|${string}|${string}`

export interface LaneModels {
  readonly groups: ReadonlyMap<GroupKey, GroupModel>
  /** What a season adds to the logarithm of hours, for a milestone. */
  readonly seasons: ReadonlyMap<`${Milestone}|${DispatchSeason}`, number>
}

export interface Trip {
  readonly carrier: string
  readonly lane: string
  readonly milestone: Milestone
  readonly season: DispatchSeason
}

/** As many passages of its own as make a group count as much as its parent: for the middle, and for the spread, which needs more. */
const MIDDLE_PRIOR = 4
const SPREAD_PRIOR = 20
/** As many passages of a season as make half of its effect believed. */
const SEASON_PRIOR = 12
/** Times of long ago are of other trucks and other roads. */
const MOST_OF_A_GROUP = 400

const any = '*'

export function groupKeys({ carrier, lane, milestone }: Trip): readonly GroupKey[] {
  return [
    `${milestone}|${any}|${any}`,
    `${milestone}|${carrier}|${any}`,
    `${milestone}|${any}|${lane}`,
    `${milestone}|${carrier}|${lane}`,
  ]
}

/** Learns from passages in the order of their milestones; of each group the newest count. */
export function learnLanes(passages: readonly Passage[]): LaneModels {
  const ordered = [...passages].sort((a, b) => a.atMs - b.atMs)
  const rough = groupsOf(ordered, () => 0)
  const seasons = seasonsOf(ordered, { groups: rough, seasons: new Map() })
  const effect = ({ milestone, season }: Passage) => seasons.get(`${milestone}|${season}`) ?? 0
  return { groups: groupsOf(ordered, effect), seasons }
}

/** The distribution of a trip's logarithm of hours; undefined: nothing of its milestone was ever seen. */
export function tripCurve(models: LaneModels, trip: Trip): QuantileCurve | undefined {
  const season = models.seasons.get(`${trip.milestone}|${trip.season}`) ?? 0
  let curve: QuantileCurve | undefined
  for (const key of groupKeys(trip)) {
    const group = models.groups.get(key)
    if (group !== undefined) curve = curve === undefined ? group.curve : shrunk(group, curve)
  }
  return curve?.map((value) => value + season)
}

/** How often the trip's own lane has been seen with its carrier. */
export function passagesOf(models: LaneModels, trip: Trip): number {
  return models.groups.get(`${trip.milestone}|${trip.carrier}|${trip.lane}`)?.passages ?? 0
}

/**
 * A group's own curve drawn to its parent's: the middle by few passages, the shape around it by more (an empirical Bayes estimate with fixed
 * weights; Efron and Morris, "Stein's paradox in statistics", 1977).
 */
function shrunk({ passages, curve }: GroupModel, parent: QuantileCurve): QuantileCurve {
  const [own, above] = [middleOf(curve), middleOf(parent)]
  const middle = above + ((own - above) * passages) / (passages + MIDDLE_PRIOR)
  const share = passages / (passages + SPREAD_PRIOR)
  return curve.map((value, index) => {
    const around = (parent[index] ?? 0) - above
    return middle + around + (value - own - around) * share
  })
}

function middleOf(curve: QuantileCurve): number {
  return curve[(curve.length - 1) / 2] ?? 0
}

function groupsOf(
  ordered: readonly Passage[],
  effect: (passage: Passage) => number,
): Map<GroupKey, GroupModel> {
  const values = new Map<GroupKey, number[]>()
  for (const passage of ordered) {
    const value = logHours(passage.hours) - effect(passage)
    for (const key of groupKeys(passage)) {
      const group = values.get(key)
      if (group === undefined) values.set(key, [value])
      else group.push(value)
    }
  }
  return new Map(
    [...values].map(([key, group]) => {
      const newest = group.slice(-MOST_OF_A_GROUP).sort((a, b) => a - b)
      return [key, { passages: newest.length, curve: sampleCurve(newest) }]
    }),
  )
}

/** What is left of each season's passages when their lanes are taken away, drawn to nothing where there are few. */
function seasonsOf(
  ordered: readonly Passage[],
  rough: LaneModels,
): Map<`${Milestone}|${DispatchSeason}`, number> {
  const left = new Map<`${Milestone}|${DispatchSeason}`, number[]>()
  for (const passage of ordered) {
    const curve = tripCurve(rough, passage)
    if (curve === undefined) continue
    const key = `${passage.milestone}|${passage.season}` as const
    const values = left.get(key) ?? []
    values.push(logHours(passage.hours) - middleOf(curve))
    left.set(key, values)
  }
  return new Map(
    [...left].map(([key, values]) => {
      const middle = sampleQuantile(
        values.sort((a, b) => a - b),
        0.5,
      )
      return [key, (middle * values.length) / (values.length + SEASON_PRIOR)]
    }),
  )
}
