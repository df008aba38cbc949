import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Jobs are named by manifests, at most 64 a plugin: a host with more than 40 such plugins sees the rest as one. */
const MAX_JOBS = 2500

const OTHER = 'other'

export type CountedOutcome =
  | 'done'
  | 'refused'
  | 'failed'
  | 'cancelled'
  | 'retried'
  | 'lost'
  | 'skipped'
  | 'missed'

/** What an operator watches: how runs end, how late they begin, how many are at work. */
export class JobMetrics {
  readonly #runs: Counter<'plugin' | 'job' | 'outcome'>
  readonly #lateness: Histogram
  readonly #known = new Set<string>()

  constructor(registry: Registry, running: () => number) {
    this.#runs = new Counter({
      name: 'signalbox_job_runs_total',
      help: 'Runs of jobs by how they ended on this node, and instants that were skipped or missed.',
      labelNames: ['plugin', 'job', 'outcome'] as const,
      registers: [registry],
    })
    this.#lateness = new Histogram({
      name: 'signalbox_job_lateness_seconds',
      help: 'From the instant a run was due to the start of its first attempt.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
      registers: [registry],
    })
    const gauge: Gauge = new Gauge({
      name: 'signalbox_jobs_running',
      help: 'Runs of jobs at work on this node.',
      registers: [registry],
      collect: () => gauge.set(running()),
    })
  }

  count({ plugin, job }: { plugin: string; job: string }, outcome: CountedOutcome, by = 1): void {
    if (by === 0) return
    const key = `${plugin} ${job}`
    const isKnown = this.#known.has(key) || this.#known.size < MAX_JOBS
    if (isKnown) this.#known.add(key)
    this.#runs.inc(isKnown ? { plugin, job, outcome } : { plugin: OTHER, job: OTHER, outcome }, by)
  }

  began(lateMs: number): void {
    this.#lateness.observe(Math.max(0, lateMs) / 1000)
  }
}
