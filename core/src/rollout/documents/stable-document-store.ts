import type { Knex } from 'knex'
import type { DocumentName } from '../rollout-store.ts'

const rowOf = (plugin: string, { tenant, kind, document }: DocumentName) => ({
  tenant,
  plugin,
  kind,
  id: document,
})

/** @returns undefined: nobody released the document yet */
export async function readStableDocument(
  knex: Knex,
  plugin: string,
  name: DocumentName,
): Promise<string | undefined> {
  return (await knex('stable_documents').where(rowOf(plugin, name)).first('version'))?.version
}

/** The same, held until the transaction ends. */
export async function lockStableDocument(
  trx: Knex.Transaction,
  plugin: string,
  name: DocumentName,
): Promise<string | undefined> {
  const row = await trx('stable_documents').where(rowOf(plugin, name)).forUpdate().first('version')
  return row?.version
}

export async function putStableDocument(
  trx: Knex.Transaction,
  plugin: string,
  name: DocumentName,
  version: string,
): Promise<void> {
  await trx('stable_documents')
    .insert({ ...rowOf(plugin, name), version, updated_at: trx.fn.now() })
    .onConflict(['tenant', 'plugin', 'kind', 'id'])
    .merge()
}

export async function countStableDocuments(
  trx: Knex,
  tenant: string,
  plugin: string,
): Promise<number> {
  const row = await trx('stable_documents').where({ tenant, plugin }).count('* as count').first()
  return Number(row?.count)
}
