import type { Knex } from 'knex'
import type { CompiledName } from './compiled-bundle.ts'

export interface CompiledRow {
  readonly code: Buffer
  readonly mac: Buffer
}

export async function findCompiled(
  knex: Knex,
  name: CompiledName,
): Promise<CompiledRow | undefined> {
  return knex('compiled_bundles').where(columnsOf(name)).first('code', 'mac')
}

/** Several nodes may compile the same bundle; one result is as good as the other, and the last one stays. */
export async function keepCompiled(
  knex: Knex,
  name: CompiledName,
  row: CompiledRow,
): Promise<void> {
  await knex('compiled_bundles')
    .insert({ ...columnsOf(name), ...row })
    .onConflict(['bundle_sha256', 'compiler'])
    .merge(['code', 'mac'])
}

export async function dropCompiled(knex: Knex, name: CompiledName): Promise<void> {
  await knex('compiled_bundles').where(columnsOf(name)).delete()
}

function columnsOf({ bundleSha256, compiler }: CompiledName) {
  return { bundle_sha256: bundleSha256, compiler }
}
