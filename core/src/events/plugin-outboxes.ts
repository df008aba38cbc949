import { createHash, createHmac } from 'node:crypto'
import type { CloudEvent, NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import { newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type pg from 'pg'
import { adminPool } from '../broker/db/plugin-databases.ts'
import { SCRATCH_PREFIX } from '../broker/db/rehearsal/scratch-name.ts'
import { inTransaction } from '../broker/db/transaction.ts'
import { coreErrors } from '../errors.ts'
import { connectionBudget } from '../storage/connection-budget.ts'
import { GroupCommit } from './group-commit.ts'

interface Options {
  /** The plugins' database, as the role that made it ready. */
  readonly url: string
  /** The same on every node; what `put` wants to hear is made from it. */
  readonly clusterSecret: string
}

/** One statement of the host's own, to be run as the tenant's role within a plugin's transaction. */
export interface HostStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Characters of one write, and of what waits for one, for each plugin. */
const MAX_BATCH = 4 * 1024 * 1024
const MAX_WAITING = 16 * 1024 * 1024
/** Rows of one drain: what a kill between the two databases has written twice, and left out the second time. */
const DRAIN_AT_ONCE = 200

/**
 * The outbox of each plugin that has tables of its own, beside those tables: what a plugin publishes is in the same
 * database as what it writes, and can be in the same transaction. See outbox-schema.ts for what guards it.
 */
export class PluginOutboxes {
  readonly #pool: pg.Pool
  readonly #secret: string
  /** By plugin. An outbox keeps its name until the plugin is dropped. */
  readonly #outboxes = new Map<string, string>()
  readonly #writers = new Map<string, GroupCommit<NewEvent, undefined>>()

  private constructor(pool: pg.Pool, secret: string) {
    this.#pool = pool
    this.#secret = secret
  }

  /** After PluginDatabases.start, which makes the schema. */
  static async start({ url, clusterSecret }: Options): Promise<PluginOutboxes> {
    const pool = adminPool(url, connectionBudget.pluginOutbox, 'signalbox-outbox')
    const secret = createHmac('sha256', clusterSecret).update('outbox').digest('base64url')
    try {
      await pool.query(
        `INSERT INTO signalbox_outbox.door (secret_sha256) VALUES ($1)
         ON CONFLICT (is_only) DO UPDATE SET secret_sha256 = excluded.secret_sha256`,
        [createHash('sha256').update(secret).digest()],
      )
    } catch (error) {
      await pool.end()
      throw error
    }
    return new PluginOutboxes(pool, secret)
  }

  async stop(): Promise<void> {
    await this.#pool.end()
  }

  /** What makes the events part of the transaction of the plugin and tenant whose role runs it. */
  statements(events: readonly NewEvent[]): readonly HostStatement[] {
    if (events.length === 0) return []
    const texts = events.map(({ event }) => event)
    return [
      { sql: 'SELECT signalbox_outbox.put($1, $2::text[])', parameters: [this.#secret, texts] },
    ]
  }

  /** Resolves when the event is durable. @throws CORE_PLUGIN_SCHEMA_MISSING */
  async write(plugin: string, event: NewEvent): Promise<void> {
    const writer = this.#writers.get(plugin) ?? this.#writerOf(plugin)
    this.#writers.set(plugin, writer)
    await writer.add(event)
  }

  /** The plugins in whose outbox something lies. */
  async pending(): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ plugin: string; outbox: string }>(
      `SELECT plugin, outbox FROM signalbox_outbox.outboxes JOIN signalbox.plugins ON schema_name = outbox
        WHERE NOT starts_with(plugin, $1) ORDER BY plugin`,
      // A scratch schema publishes nothing, and may be gone before the look below.
      [SCRATCH_PREFIX],
    )
    if (rows.length === 0) return []
    for (const { plugin, outbox } of rows) this.#outboxes.set(plugin, outbox)
    // Names of outboxes are opaque and safe as they are: `sb_` and hex.
    const looks = rows.map(({ outbox }) => `EXISTS (SELECT FROM signalbox_outbox.${outbox})`)
    const found = await this.#pool.query<{ are: boolean[] }>(
      `SELECT ARRAY[${looks.join(', ')}] AS are`,
    )
    return rows.filter((_, index) => found.rows[0]?.are[index]).map(({ plugin }) => plugin)
  }

  /**
   * Moves what lies in a plugin's outbox into the log, in its order: first written there, then deleted here. There
   * is no transaction over two databases, so a node that is killed in between leaves what the log knows already,
   * and leaves it out the next time. One node at a time: another would overtake it within a key.
   * @returns whether there may be more
   */
  async drain(
    plugin: string,
    append: (events: readonly NewEvent[]) => Promise<unknown>,
  ): Promise<boolean> {
    const outbox = await this.#outboxOf(plugin)
    return inTransaction(this.#pool, async (client) => {
      await client.query('SELECT FROM signalbox_outbox.outboxes WHERE outbox = $1 FOR UPDATE', [
        outbox,
      ])
      const { rows } = await client.query<{ id: string; tenant: string; event: string }>(
        `SELECT id, tenant, event FROM signalbox_outbox.${outbox} ORDER BY id LIMIT ${DRAIN_AT_ONCE}`,
      )
      if (rows.length === 0) return false
      await append(rows.map(({ tenant, event }) => storedEvent(tenant, event)))
      await client.query(`DELETE FROM signalbox_outbox.${outbox} WHERE id = ANY ($1::bigint[])`, [
        rows.map(({ id }) => id),
      ])
      return rows.length === DRAIN_AT_ONCE
    })
  }

  #writerOf(plugin: string): GroupCommit<NewEvent, undefined> {
    return new GroupCommit({
      write: async (events) => {
        await this.#insert(plugin, events)
        return events.map(() => undefined)
      },
      weightOf: ({ event }) => event.length,
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      refusal: () => coreErrors.create('OVERLOADED', {}, { retryAfterS: 1 }),
    })
  }

  async #insert(plugin: string, events: readonly NewEvent[]): Promise<void> {
    const outbox = await this.#outboxOf(plugin)
    try {
      await this.#pool.query(
        `INSERT INTO signalbox_outbox.${outbox} (tenant, event)
         SELECT tenant, event FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS said (tenant, event, n)
          ORDER BY n`,
        [events.map(({ tenant }) => tenant), events.map(({ event }) => event)],
      )
    } catch (error) {
      // 42P01: the plugin was dropped, and perhaps installed again under another name.
      if ((error as { code?: string }).code === '42P01') this.#outboxes.delete(plugin)
      throw error
    }
  }

  async #outboxOf(plugin: string): Promise<string> {
    const known = this.#outboxes.get(plugin)
    if (known !== undefined) return known
    const { rows } = await this.#pool.query<{ outbox: string }>(
      'SELECT schema_name AS outbox FROM signalbox.plugins WHERE plugin = $1',
      [plugin],
    )
    const outbox = rows[0]?.outbox
    if (outbox === undefined) {
      throw coreErrors.create('PLUGIN_SCHEMA_MISSING', { plugin, tenant: 'any tenant' })
    }
    this.#outboxes.set(plugin, outbox)
    return outbox
  }
}

/** Only the host wrote it; see `put`. */
function storedEvent(tenant: string, text: string): NewEvent {
  const event = JSON.parse(text) as CloudEvent
  return { ...newEvent(tenant, event, Date.parse(event.time)), event: text }
}
