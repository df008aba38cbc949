import { randomBytes } from 'node:crypto'
import { CodedError } from '@signalbox/sdk/errors'
import pg from 'pg'
import { coreErrors } from '../../../errors.ts'
import { runBackfill } from '../backfill.ts'
import { entryName, forgetSteps, type MigrationStep } from '../ledger.ts'
import {
  type MigrationPorts,
  refuseForbidden,
  replaySteps,
  undoSteps,
} from '../migration-runner.ts'
import type { PluginSchema } from '../plugin-roles.ts'
import { columnsOf, type KnownColumns, readContent } from './content-digest.ts'
import { fillScratch } from './fill-scratch.ts'
import type { RehearsalPlan } from './rehearsal-plan.ts'
import type { SampleLimits } from './sample.ts'
import { readShape } from './schema-shape.ts'
import { SCRATCH_PREFIX } from './scratch-name.ts'
import {
  type Difference,
  type DifferenceAt,
  type Moment,
  repeatDifferences,
  undoDifferences,
  type Verdict,
  verdictOf,
} from './verdict.ts'

export interface RehearsalWish extends Omit<RehearsalPlan, 'contracted'> {
  /** Whose rows are tried; undefined: none, the schema is empty, and nobody has judged the texts yet. */
  readonly plugin: string | undefined
  /** The version whose steps are tried. */
  readonly version: string
  /**
   * The stable version's self-test, given the name under which the scratch schema is reached.
   * @returns why it failed; undefined: it passed
   */
  readonly selfTest: (scratch: string) => Promise<string | undefined>
  readonly limits?: Partial<Omit<SampleLimits, 'until'>>
}

export interface RehearsalReport extends Verdict {
  /** How many rows of each table were tried; empty where it did not come to that. */
  readonly rows: Readonly<Record<string, number>>
  readonly steps: readonly string[]
  readonly tookMs: number
}

export interface RehearsalPorts extends MigrationPorts {
  /** Removes a scratch schema with its roles, and what this node knows of them. */
  readonly drop: (scratch: string) => Promise<void>
}

/** Some hundred rows of each table show what a step does with every kind of them; more only takes longer. */
const LIMITS = { rowsPerTable: 200, rows: 10_000, bytes: 8 * 1024 * 1024 }
const FILL_MS = 20_000
/** Of a backfill, on at most ten thousand rows. */
const MAX_BATCHES = 200

/**
 * Tries the steps of a version on a copy: a schema with roles of its own, rebuilt from the ledger's texts and
 * filled with a sample of the plugin's rows, that no tenant's role can see. Expand, down, expand; then the stable
 * version's self-test. What does not come back as it was is a difference; the schema is dropped in any case.
 *
 * The scratch schema is held by a lock of this session: where the host is killed the lock ends, and the next
 * sweep drops what is left.
 * @throws what is no finding about the steps, such as an unreachable database; CORE_PLUGIN_MIGRATION_REFUSED for texts
 * that no plugin may run, before any of them does
 */
export async function rehearse(
  ports: RehearsalPorts,
  wish: RehearsalWish,
): Promise<RehearsalReport> {
  const began = performance.now()
  const scratch = `${SCRATCH_PREFIX}${randomBytes(8).toString('hex')}`
  if (wish.plugin === undefined) {
    await refuseForbidden(ports.judge, scratch, wish.version, [...wish.base, ...wish.tried])
  }
  const client = await ports.pool.connect()
  let isBroken = true
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [scratch])
    const found = await rehearseIn(ports, client, scratch, wish).finally(() => ports.drop(scratch))
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [scratch])
    isBroken = false
    const steps = wish.tried.map(({ name }) => name)
    const tookMs = Math.round(performance.now() - began)
    return { ...verdictOf(found.differences), rows: found.rows, steps, tookMs }
  } finally {
    // A session that still holds the lock must not live on in the pool.
    client.release(isBroken)
  }
}

/** Drops scratch schemas whose host is gone. @returns how many */
export async function sweepScratches({ pool, drop }: RehearsalPorts): Promise<number> {
  const { rows } = await pool.query<{ plugin: string }>(
    'SELECT plugin FROM signalbox.plugins WHERE starts_with(plugin, $1) LIMIT 100',
    [SCRATCH_PREFIX],
  )
  let swept = 0
  for (const { plugin } of rows) if (await sweepOne(pool, drop, plugin)) swept++
  return swept
}

async function sweepOne(
  pool: pg.Pool,
  drop: RehearsalPorts['drop'],
  scratch: string,
): Promise<boolean> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ free: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
      [scratch],
    )
    if (rows[0]?.free !== true) return false
    await drop(scratch)
    return true
  } finally {
    client.release(true)
  }
}

interface Findings {
  readonly differences: readonly Difference[]
  readonly rows: Readonly<Record<string, number>>
}

async function rehearseIn(
  ports: RehearsalPorts,
  client: pg.PoolClient,
  scratch: string,
  wish: RehearsalWish,
): Promise<Findings> {
  const { plugin, version, base, tried } = wish
  const schema = await ports.roles.installSchema(scratch)
  const built = await attempt('base', () => replaySteps(ports, scratch, version, base))
  if ('failure' in built) return { differences: [built.failure], rows: {} }
  const filled = await attempt('sample', async () => {
    if (plugin === undefined) return {}
    const source = await ports.roles.installSchema(plugin)
    const limits = { ...LIMITS, ...wish.limits, until: performance.now() + FILL_MS }
    return fillScratch(client, source, schema, limits)
  })
  if ('failure' in filled) return { differences: [filled.failure], rows: {} }
  const stage = new Stage(ports, client, scratch, schema, version, tried)
  const differences = await stage.play()
  const rows = filled.value
  if (differences.length > 0) return { differences, rows }
  const reason = await wish.selfTest(scratch)
  if (reason === undefined) return { differences, rows }
  return { differences: [failureAt('self-test', 'selfTest', reason)], rows }
}

class Stage {
  readonly #ports: RehearsalPorts
  readonly #client: pg.PoolClient
  readonly #scratch: string
  readonly #schema: PluginSchema
  readonly #version: string
  readonly #steps: readonly MigrationStep[]

  constructor(
    ports: RehearsalPorts,
    client: pg.PoolClient,
    scratch: string,
    schema: PluginSchema,
    version: string,
    steps: readonly MigrationStep[],
  ) {
    this.#ports = ports
    this.#client = client
    this.#scratch = scratch
    this.#schema = schema
    this.#version = version
    this.#steps = steps
  }

  /** Expand, down, expand: what differs, or where it ended. */
  async play(): Promise<readonly Difference[]> {
    const before = await this.#look()
    const known = columnsOf(before.shape)
    const first = await attempt('expand', () => this.#expand(known))
    if ('failure' in first) return [first.failure]
    const undone = await attempt('down', () => this.#undo(known))
    if ('failure' in undone) return [undone.failure]
    const undoing = undoDifferences(before, undone.value)
    // What is not undone meets itself in the second expand: to tell of that too would bury the cause.
    if (undoing.length > 0) return undoing
    const second = await attempt('expand-again', () => this.#expand(known))
    if ('failure' in second) return [second.failure]
    return repeatDifferences(first.value, second.value)
  }

  async #expand(known: KnownColumns): Promise<Moment> {
    await replaySteps(this.#ports, this.#scratch, this.#version, this.#steps)
    for (const step of this.#steps) await this.#backfill(step)
    return this.#look(known)
  }

  async #backfill(step: MigrationStep): Promise<void> {
    const turn = { ms: FILL_MS, batches: MAX_BATCHES }
    const { isDone } = await runBackfill(this.#ports, this.#scratch, this.#version, step, turn)
    if (isDone) return
    const parameters = {
      plugin: this.#scratch,
      version: this.#version,
      step: `${step.name}.backfill.sql`,
      reason: `it still changes rows after ${MAX_BATCHES} times, or ${FILL_MS / 1000} seconds`,
      sqlState: '57014',
    }
    throw coreErrors.create('PLUGIN_MIGRATION_FAILED', parameters)
  }

  async #undo(known: KnownColumns): Promise<Moment> {
    await undoSteps(this.#ports, this.#scratch, this.#version, this.#steps)
    const names = this.#steps.flatMap(({ name }) => [name, entryName(name, 'backfill')])
    await forgetSteps(this.#ports.pool, this.#scratch, names)
    return this.#look(known)
  }

  async #look(known?: KnownColumns): Promise<Moment> {
    const { schema } = this.#schema
    await this.#client.query(`BEGIN READ ONLY; SET LOCAL search_path = ${schema}`)
    try {
      const shape = await readShape(this.#client, schema)
      const columns = columnsOf(shape)
      const content = await readContent(this.#client, schema, columns, known ?? columns)
      return { shape, content }
    } finally {
      await this.#client.query('COMMIT').catch(() => undefined)
    }
  }
}

type Attempt<Value> = { readonly value: Value } | { readonly failure: Difference }

/** What PostgreSQL refuses is a finding; what is the host's own trouble is thrown on. */
async function attempt<Value>(
  at: DifferenceAt,
  work: () => Promise<Value>,
): Promise<Attempt<Value>> {
  try {
    return { value: await work() }
  } catch (error) {
    if (error instanceof CodedError && error.code === 'CORE_PLUGIN_MIGRATION_FAILED') {
      const { step, reason } = error.parameters
      return { failure: failureAt(at, String(step), String(reason)) }
    }
    // Of the sample, class 22 and 23: a row that stands now does not fit the structure before. 55P03 and 57014: a
    // table was locked, or too slow to read. No values are told.
    const code = error instanceof pg.DatabaseError ? error.code : undefined
    if (at !== 'sample' || !/^(2[23]|55P03|57014)/.test(code ?? '')) throw error
    const { table = 'a table', constraint, column } = error as pg.DatabaseError
    return { failure: failureAt(at, table, constraint ?? column ?? `${code}`) }
  }
}

function failureAt(at: DifferenceAt, place: string, reason: string): Difference {
  return { at, kind: 'failure', place, change: 'failed', after: reason.slice(0, 300) }
}
