import pg from 'pg'

/** Every row of every table, as text; what is bytes is in it a second time, as these bytes. */
export async function databaseDump(url: string): Promise<Buffer> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const parts: Buffer[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      for (const { row } of rows) {
        parts.push(Buffer.from(`${name} ${row}\n`))
        for (const [, hex = ''] of row.matchAll(/\\x([0-9a-f]+)/g))
          parts.push(Buffer.from(hex, 'hex'))
      }
    }
    return Buffer.concat(parts)
  } finally {
    await client.end()
  }
}
