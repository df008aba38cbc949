import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'

/** Reads a secret that all nodes share; the first node to ask makes it. 256 random bits, base64url. */
export async function sharedSecret(knex: Knex, name: string): Promise<string> {
  await knex('host_secrets')
    .insert({ name, value: randomBytes(32).toString('base64url') })
    .onConflict('name')
    .ignore()
  const row = await knex('host_secrets').where({ name }).first('value')
  return row.value
}
