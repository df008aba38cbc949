/**
 * Which of PostgreSQL's own functions a plugin may call. Used twice: by the SQL gate for every server, and
 * by the hardening of the plugins' database, which takes EXECUTE away where the server lets us.
 */

/** Read server state but tell nothing about others; or volatile, but only towards the caller's own rows. */
export const harmlessFunctions: readonly string[] = [
  'array_sample',
  'array_shuffle',
  'clock_timestamp',
  'current_query',
  'currval',
  'gen_random_uuid',
  'lastval',
  'nextval',
  'pg_column_compression',
  'pg_column_size',
  'pg_input_error_info',
  'pg_input_is_valid',
  'pg_size_bytes',
  'pg_size_pretty',
  'pg_typeof',
  'random',
  'random_normal',
  'timeofday',
  'uuidv4',
  'uuidv7',
]

/** Regular expressions that read the same in JavaScript and in PostgreSQL. */
export const deniedFunctionPatterns: readonly string[] = [
  // Server state, files, sleeping, signals, advisory locks, notify, statistics, WAL, replication slots.
  '^pg_',
  // Large objects live outside every schema and every row policy.
  '^lo_',
  '^lo(read|write)$',
  '^be_lo_',
  // Settings: the role, the deadline, the search path.
  '^(set_config|current_setting|setseed)$',
  // Functions that run SQL given as text, which the gate would never see.
  '_to_xml(schema|_and_xmlschema)?$',
  '^(ts_stat|ts_rewrite)$',
  '^dblink',
  // Transaction ids and tuple internals.
  '^(txid_|currtid)',
  // Who else is there: privileges, comments, addresses, objects by number.
  '^(has_|row_security_active$|inet_client_|inet_server_)',
  '^(obj|col|shobj)_description$',
  '^(to_)?reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)$',
  // Maintenance of indexes and sequences, languages, upgrades of the server.
  '^(amvalidate|binary_upgrade_|brin_(de)?summarize_|gin_clean_|plpgsql_|setval$)',
]

const harmless: ReadonlySet<string> = new Set(harmlessFunctions)
const denied = new RegExp(deniedFunctionPatterns.join('|'))

export function isDeniedFunction(name: string): boolean {
  return denied.test(name) && !harmless.has(name)
}
