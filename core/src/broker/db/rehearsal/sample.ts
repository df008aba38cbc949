import pg from 'pg'

export interface ForeignKey {
  readonly child: string
  readonly parent: string
  /** Columns in pairs. */
  readonly own: readonly string[]
  readonly other: readonly string[]
}

export interface SampleLimits {
  /** Rows that are drawn of each table; what they point at comes on top. */
  readonly rowsPerTable: number
  readonly rows: number
  /** As the rows are stored, without indexes. */
  readonly bytes: number
  /** When to stop adding; a clock of `performance.now()`. */
  readonly until: number
}

/** Of each table, the rows that were chosen, by where they stand. */
export type Sample = ReadonlyMap<string, ReadonlySet<string>>

interface Found {
  readonly place: string
  readonly bytes: string
}

const foreignKeysSql = `
SELECT child.relname AS child, parent.relname AS parent, k.own, k.other
  FROM (SELECT conrelid, confrelid,
               (SELECT array_agg(a.attname::text ORDER BY pair.n)
                  FROM unnest(conkey) WITH ORDINALITY AS pair (num, n)
                  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = pair.num) AS own,
               (SELECT array_agg(a.attname::text ORDER BY pair.n)
                  FROM unnest(confkey) WITH ORDINALITY AS pair (num, n)
                  JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = pair.num) AS other
          FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace) AS k
  JOIN pg_class child ON child.oid = k.conrelid
  JOIN pg_class parent ON parent.oid = k.confrelid
 ORDER BY 1, 2, 3`

export async function readForeignKeys(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(foreignKeysSql, [schema])
  return rows
}

/**
 * Chooses rows of a schema so that every foreign key of a chosen row leads to a chosen row: some of each table,
 * then, round by round, what they point at. Where a limit ends that, rows that point at nothing chosen are given
 * up, and those that pointed at them; so cycles end too, and closure holds whatever the limits are.
 *
 * To be called in one REPEATABLE READ transaction, in which a row stays where it is.
 */
export async function drawSample(
  client: pg.ClientBase,
  schema: string,
  tables: readonly string[],
  keys: readonly ForeignKey[],
  limits: SampleLimits,
): Promise<Sample> {
  const draw = new Draw(client, schema, limits)
  for (const table of tables) await draw.seed(table)
  let fresh: Sample = draw.takeFresh()
  while (fresh.size > 0 && !draw.isSpent) {
    for (const key of keys) await draw.follow(key, fresh.get(key.child))
    fresh = draw.takeFresh()
  }
  // Only where a limit was met can something point outside; a key that is not validated may too.
  while (await draw.prune(keys));
  return draw.chosen
}

/** Half of the room is for what the drawn rows point at. */
const SEED_SHARE = 0.5
/** Large tables are sampled by page; twenty times as many as are needed, as pages are unevenly full. */
const OVERSAMPLING = 20

class Draw {
  readonly chosen = new Map<string, Set<string>>()
  readonly #client: pg.ClientBase
  readonly #schema: string
  readonly #limits: SampleLimits
  #fresh = new Map<string, Set<string>>()
  #rows = 0
  #bytes = 0
  #isFull = false

  constructor(client: pg.ClientBase, schema: string, limits: SampleLimits) {
    this.#client = client
    this.#schema = schema
    this.#limits = limits
  }

  get isSpent(): boolean {
    return this.#isFull || performance.now() > this.#limits.until
  }

  /** Rows that were added since the last time. */
  takeFresh(): Sample {
    const fresh = this.#fresh
    this.#fresh = new Map()
    return fresh
  }

  async seed(table: string): Promise<void> {
    if (!this.chosen.has(table)) this.chosen.set(table, new Set())
    if (performance.now() > this.#limits.until) return
    const { rowsPerTable, rows, bytes } = this.#limits
    const known = await this.#client.query<{ rows: number }>(
      'SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::regclass',
      [this.#name(table)],
    )
    const size = known.rows[0]?.rows ?? 0
    const percent = (100 * OVERSAMPLING * rowsPerTable) / Math.max(1, size)
    const sampled = percent < 100 ? `TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1)` : ''
    const found = await this.#client.query<Found>(
      `SELECT t.ctid::text AS place, pg_column_size(t.*) AS bytes
         FROM ${this.#name(table)} AS t ${sampled} LIMIT ${rowsPerTable}`,
    )
    const room = { rows: rows * SEED_SHARE, bytes: bytes * SEED_SHARE }
    this.#add(table, found.rows, room)
    // A table that did not fit in is no limit for what others point at.
    this.#isFull = false
  }

  /** Adds what these rows point at by this key. */
  async follow(key: ForeignKey, children: ReadonlySet<string> | undefined): Promise<void> {
    if (children === undefined || children.size === 0 || this.isSpent) return
    const { child, parent } = key
    const { rows } = await this.#client.query<Found>(
      `SELECT DISTINCT p.ctid::text AS place, pg_column_size(p.*) AS bytes
         FROM ${this.#name(child)} AS c JOIN ${this.#name(parent)} AS p ON ${joinOf(key)}
        WHERE c.ctid = ANY ($1::tid[])`,
      [[...children]],
    )
    this.#add(parent, rows, this.#limits)
  }

  /** @returns whether any row was given up */
  async prune(keys: readonly ForeignKey[]): Promise<boolean> {
    let isPruned = false
    for (const key of keys) {
      const children = this.chosen.get(key.child)
      if (children === undefined || children.size === 0) continue
      const own = key.own.map((name) => `c.${pg.escapeIdentifier(name)} IS NOT NULL`)
      const { rows } = await this.#client.query<{ place: string }>(
        `SELECT c.ctid::text AS place FROM ${this.#name(key.child)} AS c
          WHERE c.ctid = ANY ($1::tid[]) AND ${own.join(' AND ')}
            AND NOT EXISTS (SELECT FROM ${this.#name(key.parent)} AS p
                             WHERE ${joinOf(key)} AND p.ctid = ANY ($2::tid[]))`,
        [[...children], [...(this.chosen.get(key.parent) ?? [])]],
      )
      for (const { place } of rows) children.delete(place)
      isPruned ||= rows.length > 0
    }
    return isPruned
  }

  #add(table: string, found: readonly Found[], room: { rows: number; bytes: number }): void {
    const chosen = this.chosen.get(table) ?? new Set()
    const fresh = this.#fresh.get(table) ?? new Set()
    for (const { place, bytes } of found) {
      if (chosen.has(place)) continue
      if (this.#rows + 1 > room.rows || this.#bytes + Number(bytes) > room.bytes) {
        this.#isFull = true
        continue
      }
      this.#rows++
      this.#bytes += Number(bytes)
      chosen.add(place)
      fresh.add(place)
    }
    this.chosen.set(table, chosen)
    if (fresh.size > 0) this.#fresh.set(table, fresh)
  }

  #name(table: string): string {
    return `${this.#schema}.${pg.escapeIdentifier(table)}`
  }
}

function joinOf({ own, other }: ForeignKey): string {
  return own
    .map((name, index) => {
      return `p.${pg.escapeIdentifier(other[index] as string)} = c.${pg.escapeIdentifier(name)}`
    })
    .join(' AND ')
}
