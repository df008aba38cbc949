import type { Knex } from 'knex'

/** Whose word stands behind a version: keys of the registry and of publishers, and what they signed. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('marketplace_signing_keys', (table) => {
    table.text('keyid').primary()
    // SubjectPublicKeyInfo, DER, base64.
    table.text('public_key').notNullable()
    // The private half as PKCS #8, under a key of the host.
    table.binary('sealed').notNullable()
    table.text('host_key').notNullable()
    // The word of the key before; null: the first, or none that vouches.
    table.text('endorsement')
    // Whether it still signs what was published before it. Bound to the sealed half: a row that says otherwise opens nothing.
    table.boolean('signs_older').notNullable()
    table.timestamp('made_at').notNullable()
    table.timestamp('retired_at')
    table.timestamp('revoked_at')
  })
  await knex.schema.createTable('publisher_keys', (table) => {
    table.text('publisher').notNullable().references('name').inTable('publishers')
    table.text('keyid').notNullable()
    table.text('public_key').notNullable()
    table.timestamp('not_before').notNullable()
    table.timestamp('not_after')
    table.text('registered_by').notNullable()
    table.timestamp('revoked_at')
    table.text('revoke_reason')
    table.primary(['publisher', 'keyid'])
  })
  await knex.schema.alterTable('publishers', (table) => {
    table.boolean('requires_signature').notNullable().defaultTo(false)
  })
  await knex.schema.alterTable('package_versions', (table) => {
    // Of `signature`, which npm's clients verify.
    table.text('signature_key')
    // The registry's own statement: a DSSE envelope.
    table.text('release')
    // By which the author signed; null: he did not.
    table.text('author_key')
  })
  await knex.raw(
    'create index package_versions_by_signature on package_versions (signature_key nulls first, name, version)',
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index package_versions_by_signature')
  await knex.schema.alterTable('package_versions', (table) => {
    for (const column of ['signature_key', 'release', 'author_key']) table.dropColumn(column)
  })
  await knex.schema.alterTable('publishers', (table) => table.dropColumn('requires_signature'))
  await knex.schema.dropTable('publisher_keys')
  await knex.schema.dropTable('marketplace_signing_keys')
}
