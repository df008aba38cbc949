import { Counter, Histogram, type Registry } from 'prom-client'
import { isServiceRouted, type SeriesVersion } from '../rollout/routing/retired-series.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'

/** What became of a call, in as many words as an alert needs; the codes are in signalbox_calls_total. */
export type CallClass = 'ok' | 'refused' | 'limited' | 'failed' | 'left'

export interface TalliedCall {
  readonly service: string
  readonly operation: string
  readonly version: string
  /** `done`, or the code of the refusal. */
  readonly outcome: string
  readonly class: CallClass
  readonly seconds: number
}

/** From a call that a cache answers to the longest deadline; those of versions are among them. */
const OPERATION_BUCKETS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
]
const VERSION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** How long calls took: how many within each bucket alone, the last one beyond all. */
interface Times {
  readonly within: number[]
  sum: number
}

interface Tally {
  readonly outcomes: Map<string, number>
  readonly times: Map<CallClass, Times>
}

type Labels = Readonly<Record<string, string>>

interface Names {
  readonly service: string
  readonly operation: string
  readonly version: string
}

interface Series {
  readonly labels: Labels
  readonly times: Times
}

/**
 * Counts calls for Prometheus. Adding one costs a few look-ups of names that are there; the labels are put together when
 * somebody asks. With a metric of prom-client for each the three of them cost a call as much as its admission.
 */
export class CallTally {
  /** By service, operation, version: as many as are installed and called. */
  readonly #tallies = new Map<string, Map<string, Map<string, Tally>>>()
  /** By service and operation: times of versions that were dropped. Sums over all versions must not fall. */
  readonly #left = new Map<string, Map<string, Times>>()

  constructor(registry: Registry) {
    const calls: Counter = new Counter({
      name: 'signalbox_calls_total',
      help: 'Calls of data services, by service, operation, version and outcome (done, or the code of the refusal).',
      labelNames: ['service', 'operation', 'version', 'outcome'] as const,
      registers: [registry],
      collect: () => {
        calls.reset()
        this.#each((names, { outcomes }) => {
          for (const [outcome, count] of outcomes) calls.inc({ ...names, outcome }, count)
        })
      },
    })
    registry.registerMetric(
      new TalliedHistogram(
        {
          name: 'signalbox_call_duration_seconds',
          help: 'Time from the first byte of a call to its answer.',
        },
        OPERATION_BUCKETS,
        () => this.#operationTimes(),
      ),
    )
    // Rate, errors and duration of each version of a service in one: what a rollout is watched by.
    registry.registerMetric(
      new TalliedHistogram(
        {
          name: 'signalbox_service_call_duration_seconds',
          help: 'Time from the first byte of a call to its answer, by service, version and class (ok, refused, limited, failed, left).',
        },
        VERSION_BUCKETS,
        () => this.#timesBy(({ service, version }, kind) => ({ service, version, class: kind })),
      ),
    )
  }

  add({ service, operation, version, outcome, class: kind, seconds }: TalliedCall): void {
    const { outcomes, times } = this.#of(service, operation, version)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    let of = times.get(kind)
    if (of === undefined) {
      of = noTimes()
      times.set(kind, of)
    }
    of.sum += seconds
    let bucket = 0
    while (seconds > boundOf(bucket)) bucket += 1
    ;(of.within[bucket] as number) += 1
  }

  *versions(): Generator<SeriesVersion> {
    for (const [service, operations] of this.#tallies) {
      const versions = new Set([...operations.values()].flatMap((of) => [...of.keys()]))
      for (const version of versions) yield { of: service, version }
    }
  }

  /** What is of no service stays: it is one series. */
  isRouted(snapshot: Snapshot, one: SeriesVersion): boolean {
    return one.of === 'unknown' || isServiceRouted(snapshot, one)
  }

  /** With its last version a service is told of no more. */
  drop({ of: service, version }: SeriesVersion): void {
    const operations = this.#tallies.get(service) ?? new Map<string, Map<string, Tally>>()
    const left = this.#left.get(service) ?? new Map<string, Times>()
    this.#left.set(service, left)
    for (const [operation, versions] of operations) {
      const times = versions.get(version)?.times.get('ok')
      versions.delete(version)
      if (times !== undefined)
        left.set(operation, addTimes(left.get(operation) ?? noTimes(), times))
    }
    if ([...operations.values()].some(({ size }) => size > 0)) return
    this.#tallies.delete(service)
    this.#left.delete(service)
  }

  #of(service: string, operation: string, version: string): Tally {
    const tally = this.#tallies.get(service)?.get(operation)?.get(version)
    if (tally !== undefined) return tally
    const operations = this.#tallies.get(service) ?? new Map<string, Map<string, Tally>>()
    const versions = operations.get(operation) ?? new Map<string, Tally>()
    const fresh = { outcomes: new Map(), times: new Map() }
    this.#tallies.set(service, operations.set(operation, versions.set(version, fresh)))
    return fresh
  }

  #each(visit: (names: Names, tally: Tally) => void): void {
    for (const [service, operations] of this.#tallies) {
      for (const [operation, versions] of operations) {
        for (const [version, tally] of versions) visit({ service, operation, version }, tally)
      }
    }
  }

  /** @param labelsOf under which labels times are added up; false: not at all */
  #timesBy(labelsOf: (names: Names, kind: CallClass) => Labels | false): Iterable<Series> {
    const sums = new Map<string, Series>()
    this.#each((names, tally) => {
      for (const [kind, times] of tally.times) {
        const labels = labelsOf(names, kind)
        if (labels === false) continue
        const key = JSON.stringify(labels)
        const known = sums.get(key) ?? { labels, times: noTimes() }
        sums.set(key, known)
        addTimes(known.times, times)
      }
    })
    return sums.values()
  }

  #operationTimes(): Iterable<Series> {
    const kept = [
      ...this.#timesBy(({ service, operation }, kind) => kind === 'ok' && { service, operation }),
    ]
    const known = new Map(kept.map(({ labels, times }) => [JSON.stringify(labels), times]))
    for (const [service, operations] of this.#left) {
      for (const [operation, left] of operations) {
        const labels = { service, operation }
        const times = known.get(JSON.stringify(labels))
        if (times === undefined) kept.push({ labels, times: left })
        else addTimes(times, left)
      }
    }
    return kept
  }
}

function addTimes(to: Times, { sum, within }: Times): Times {
  to.sum += sum
  for (const [at, count] of within.entries()) (to.within[at] as number) += count
  return to
}

function noTimes(): Times {
  return { within: [...OPERATION_BUCKETS.map(() => 0), 0], sum: 0 }
}

/** A histogram whose counts are kept elsewhere. */
class TalliedHistogram extends Histogram {
  readonly #told: { readonly name: string; readonly help: string }
  readonly #buckets: readonly number[]
  readonly #series: () => Iterable<Series>

  constructor(
    told: { readonly name: string; readonly help: string },
    buckets: readonly number[],
    series: () => Iterable<Series>,
  ) {
    super({ ...told, registers: [] })
    this.#told = told
    this.#buckets = buckets
    this.#series = series
  }

  /** Takes the place of prom-client's own, which both forms of its answer are made of. */
  async getForPromString() {
    const values = [...this.#series()].flatMap((series) => this.#valuesOf(series))
    return { ...this.#told, type: 'histogram', values, aggregator: 'sum' }
  }

  #valuesOf({ labels, times: { within, sum } }: Series) {
    const { name } = this.#told
    const upTo = (limit: number) =>
      within.reduce((all, count, at) => (boundOf(at) <= limit ? all + count : all), 0)
    const count = upTo(Number.POSITIVE_INFINITY)
    const bucket = (le: number | string, value: number) => ({
      labels: { le, ...labels },
      value,
      metricName: `${name}_bucket`,
    })
    return [
      ...this.#buckets.map((limit) => bucket(limit, upTo(limit))),
      bucket('+Inf', count),
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ]
  }
}

function boundOf(bucket: number): number {
  return OPERATION_BUCKETS[bucket] ?? Number.POSITIVE_INFINITY
}
