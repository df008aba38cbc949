import type { Knex } from 'knex'

/**
 * The audit as a chain: entries only come, a sequencer gives each a number and a hash, and what signs them is the host.
 * Rows leave only below a tombstone, and the database itself asks for it: whatever statement it is that would take one.
 */
export async function up(knex: Knex): Promise<void> {
  // Filled by a trigger, so that whatever writes an entry has it sealed: no entry is skipped, however late it commits.
  await knex.schema.createTable('audit_unsealed', (table) => {
    table.bigInteger('entry').primary()
  })
  await knex.schema.createTable('audit_seals', (table) => {
    // The tenant, or ':host'.
    table.text('chain').notNullable()
    table.bigInteger('number').notNullable()
    table.bigInteger('entry').notNullable().unique()
    table.text('hash').notNullable()
    table.timestamp('sealed_at').notNullable()
    table.primary(['chain', 'number'])
  })
  await knex.schema.createTable('audit_checkpoints', (table) => {
    table.text('chain').notNullable()
    table.bigInteger('number').notNullable()
    // Signed by the host: RFC 7515, compact.
    table.text('jws').notNullable()
    table.primary(['chain', 'number'])
  })
  await knex.schema.createTable('audit_tombstones', (table) => {
    table.text('chain').primary()
    // Everything up to this number is gone.
    table.bigInteger('number').notNullable()
    table.text('jws').notNullable()
  })
  await knex.schema.createTable('audit_policies', (table) => {
    table.text('chain').primary()
    table.integer('keep_days').notNullable()
  })
  await knex.schema.createTable('host_signing_keys', (table) => {
    // RFC 7638: the thumbprint of the public half.
    table.text('id').primary()
    table.jsonb('public_key').notNullable()
    table.binary('sealed').notNullable()
    table.text('host_key').notNullable()
    table.timestamp('made_at').notNullable().defaultTo(knex.fn.now())
  })
  for (const statement of [...functions, ...triggers, ...indexes]) await knex.raw(statement)
  // What was written before there was a chain begins it.
  await knex.raw('insert into audit_unsealed (entry) select id from audit_entries')
}

const functions = [
  `create function audit_entry_comes() returns trigger language plpgsql as $$
   begin
     insert into audit_unsealed (entry) select id from come;
     return null;
   end $$`,
  `create function audit_stays() returns trigger language plpgsql as $$
   begin
     raise exception 'the audit is append-only: % on %', tg_op, tg_table_name using errcode = 'restrict_violation';
   end $$`,
  `create function audit_entry_leaves() returns trigger language plpgsql as $$
   begin
     if exists (
       select from gone g
        where not exists (
          select from audit_seals s join audit_tombstones t on t.chain = s.chain and s.number <= t.number
           where s.entry = g.id)
     ) then
       raise exception 'the audit is append-only: an entry leaves below a tombstone' using errcode = 'restrict_violation';
     end if;
     return null;
   end $$`,
  `create function audit_seal_leaves() returns trigger language plpgsql as $$
   begin
     if exists (
       select from gone g
        where not exists (
          select from audit_tombstones t where t.chain = g.chain and g.number <= t.number)
     ) then
       raise exception 'the audit is append-only: a seal leaves below a tombstone' using errcode = 'restrict_violation';
     end if;
     return null;
   end $$`,
  `create function audit_tombstone_moves() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' or new.chain <> old.chain or new.number <= old.number then
       raise exception 'a tombstone of the audit only moves on' using errcode = 'restrict_violation';
     end if;
     return new;
   end $$`,
]

const chained = ['audit_entries', 'audit_seals', 'audit_checkpoints']

const triggers = [
  `create trigger audit_entries_come after insert on audit_entries
   referencing new table as come for each statement execute function audit_entry_comes()`,
  ...chained.map(
    (table) =>
      `create trigger ${table}_stay before update or truncate on ${table} for each statement execute function audit_stays()`,
  ),
  `create trigger audit_entries_leave after delete on audit_entries
   referencing old table as gone for each statement execute function audit_entry_leaves()`,
  ...['audit_seals', 'audit_checkpoints'].map(
    (table) => `create trigger ${table}_leave after delete on ${table}
     referencing old table as gone for each statement execute function audit_seal_leaves()`,
  ),
  `create trigger audit_tombstones_move before update or delete on audit_tombstones
   for each row execute function audit_tombstone_moves()`,
  `create trigger audit_tombstones_stay before truncate on audit_tombstones
   for each statement execute function audit_stays()`,
]

/** What a list is filtered by; each with the id that it is ordered by. */
const indexes = [
  'create index audit_entries_by_actor on audit_entries (actor, id)',
  'create index audit_entries_by_action on audit_entries (action, id)',
  'create index audit_entries_by_subject on audit_entries (subject, id)',
  'create index audit_entries_by_time on audit_entries (at)',
]

export async function down(knex: Knex): Promise<void> {
  for (const name of ['actor', 'action', 'subject', 'time']) {
    await knex.raw(`drop index audit_entries_by_${name}`)
  }
  for (const name of ['come', 'stay', 'leave']) {
    await knex.raw(`drop trigger audit_entries_${name} on audit_entries`)
  }
  for (const table of [
    'host_signing_keys',
    'audit_policies',
    'audit_tombstones',
    'audit_checkpoints',
    'audit_seals',
    'audit_unsealed',
  ]) {
    await knex.schema.dropTable(table)
  }
  for (const name of ['entry_comes', 'stays', 'entry_leaves', 'seal_leaves', 'tombstone_moves']) {
    await knex.raw(`drop function audit_${name}()`)
  }
}
