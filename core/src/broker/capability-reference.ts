/** What an author is told of one host call, beside what its HostCall says itself. */
export interface CapabilityRow {
  /** How a handler asks for it. */
  readonly ask: string
  readonly does: string
  /** Beyond the budget, which the host call has itself. */
  readonly limits: string
  /** Of its own; each may also end in CORE_GRANT_MISSING, CORE_INPUT_INVALID and, with a budget, CORE_BUDGET_SPENT. */
  readonly errors: readonly string[]
  /** A plugin that does it, and the test that runs it: paths from the root. */
  readonly example: { readonly plugin: string; readonly test: string }
}

const people = {
  plugin: 'core/test/fixtures/people-plugin/src/index.ts',
  test: 'core/test/e2e/people.test.ts',
}
const points = {
  plugin: 'core/test/fixtures/points-plugin/src/index.ts',
  test: 'core/test/e2e/contributions.test.ts',
}
const probe = {
  plugin: 'core/test/fixtures/probe-plugin/src/index.ts',
  test: 'core/test/e2e/broker.test.ts',
}

const store = {
  plugin: 'core/test/fixtures/store-plugin/src/index.ts',
  test: 'core/test/e2e/store.test.ts',
}
/** Of every statement on a plugin's own tables. */
const sqlErrors = [
  'CORE_SQL_REFUSED',
  'CORE_SQL_FAILED',
  'CORE_SQL_CONFLICT',
  'CORE_SQL_DEADLINE',
  'CORE_SQL_CANCELLED',
  'CORE_SQL_RESULT_TOO_LARGE',
  'CORE_QUOTA_EXCEEDED',
  'CORE_DATABASE_UNAVAILABLE',
]

const files = {
  plugin: 'core/test/fixtures/filer-plugin/src/index.ts',
  test: 'core/test/e2e/blobs.test.ts',
}
const blobMissing = 'CORE_BLOB_MISSING'
const composed = [blobMissing, 'CORE_BLOB_RANGE', 'CORE_BLOB_UPLOAD_TOO_LARGE'] as const
const upload = ['CORE_BLOB_UPLOAD_MISSING', 'CORE_BLOB_UPLOAD_OFFSET'] as const
const outbound = {
  plugin: 'core/test/fixtures/outbound-plugin/src/index.ts',
  test: 'core/test/e2e/outbound.test.ts',
}

const events = {
  plugin: 'core/test/fixtures/events-publisher-plugin/src/index.ts',
  test: 'core/test/e2e/events.test.ts',
}
const keys = {
  plugin: 'core/test/fixtures/seal-plugin/src/index.ts',
  test: 'core/test/e2e/keys.test.ts',
}
const mail = {
  plugin: 'plugins/notify-smtp/src/index.ts',
  test: 'core/test/e2e/notify.test.ts',
}
const recipes = {
  plugin: 'core/test/fixtures/recipes-plugin/src/index.ts',
  test: 'core/test/e2e/documents.test.ts',
}
const jobs = {
  plugin: 'core/test/fixtures/timer-plugin/src/index.ts',
  test: 'core/test/e2e/jobs.test.ts',
}

/** By the name of the host call. A test holds it to what the broker really offers. */
export const capabilityReference: Readonly<Record<string, CapabilityRow>> = {
  'assets.read': {
    ask: 'ctx.assets(path, { offset, length })',
    does: "Reads a file of the version's own package",
    limits: '180 KiB at once',
    errors: ['CORE_ASSET_MISSING', 'CORE_ASSET_RANGE', 'CORE_ASSET_TOO_LARGE'],
    example: files,
  },
  'blobs.abort': {
    ask: 'ctx.blobs.writer(progress).abort()',
    does: 'Gives an upload up',
    limits: '',
    errors: ['CORE_BLOB_UPLOAD_MISSING'],
    example: files,
  },
  'blobs.compose': {
    ask: 'ctx.blobs.compose(parts, { type, digests })',
    does: 'Makes a file of parts of its files and given bytes, in the host',
    limits: '256 parts, about 190 KB given, 128 MiB, the quota of the grant',
    errors: [...composed, 'CORE_BLOB_QUOTA_EXCEEDED'],
    example: files,
  },
  'blobs.delete': {
    ask: 'ctx.blobs.delete(sha256)',
    does: 'Forgets a file of its own',
    limits: '',
    errors: [],
    example: files,
  },
  'blobs.digest': {
    ask: 'ctx.blobs.digest(parts, { digests })',
    does: 'Digests of what would be composed',
    limits: '256 parts, about 190 KB given, 128 MiB',
    errors: composed,
    example: files,
  },
  'blobs.finish': {
    ask: 'ctx.blobs.writer(progress).finish()',
    does: 'Makes an upload a file, named by its SHA-256',
    limits: 'the quota of the grant',
    errors: [...upload, 'CORE_BLOB_QUOTA_EXCEEDED'],
    example: files,
  },
  'blobs.get': {
    ask: 'ctx.blobs.get(sha256, { offset, length })',
    does: 'Reads a file of its own, or a part',
    limits: '180 KiB at once',
    errors: [blobMissing, 'CORE_BLOB_RANGE', 'CORE_BLOB_TOO_LARGE'],
    example: files,
  },
  'blobs.list': {
    ask: 'ctx.blobs.list({ cursor, limit })',
    does: 'Lists its files',
    limits: 'a page',
    errors: [],
    example: files,
  },
  'blobs.put': {
    ask: 'ctx.blobs.put(bytes, { type })',
    does: 'Keeps bytes under their SHA-256',
    limits: 'about 190 KB at once, the quota of the grant',
    errors: ['CORE_BLOB_QUOTA_EXCEEDED'],
    example: files,
  },
  'blobs.stat': {
    ask: 'ctx.blobs.stat(sha256)',
    does: 'Size and type of a file of its own, or null',
    limits: '',
    errors: [],
    example: files,
  },
  'blobs.write': {
    ask: 'ctx.blobs.writer(progress).write(bytes)',
    does: 'Adds to an upload',
    limits: '128 MiB a file, 16 open uploads, kept for an hour',
    errors: [
      ...upload,
      'CORE_BLOB_UPLOAD_TOO_LARGE',
      'CORE_BLOB_UPLOADS_TAKEN',
      'CORE_BLOB_QUOTA_EXCEEDED',
    ],
    example: files,
  },
  'contributions.call': {
    ask: '(await ctx.contributions(point))[0].call(handler, input)',
    does: "Runs a contributor's handler in its own isolate",
    limits: "the caller's deadline and the contributor's own limits",
    errors: ['CORE_CONTRIBUTION_MISSING', 'CORE_POINT_NOT_OWN', 'CORE_CALL_CYCLE'],
    example: points,
  },
  'contributions.list': {
    ask: 'ctx.contributions(point)',
    does: 'Reads what others put into a point of its own',
    limits: '256 contributions a plugin',
    errors: ['CORE_POINT_NOT_OWN'],
    example: points,
  },
  'db.batch': {
    ask: 'ctx.db.batch(sql, parameterRows)',
    does: 'One statement on its own tables with many lists of parameters, all or none',
    limits: '1,000 lists; rows it returns are not kept; quotaMb and quotaRows of the grant',
    errors: sqlErrors,
    example: store,
  },
  'db.inspect': {
    ask: 'ctx.db.inspect({ plugin, cursor })',
    does: "Reads how the tables of the tenant's plugins look, and none of their rows",
    limits: '50 tables or 2,000 columns a page',
    errors: ['CORE_DATABASE_UNAVAILABLE'],
    example: store,
  },
  'db.query': {
    ask: 'ctx.db.query(sql, parameters)',
    does: 'One statement on its own tables',
    limits: '32 KiB of SQL, 10,000 rows, 4 MiB; quotaMb and quotaRows of the grant',
    errors: sqlErrors,
    example: probe,
  },
  'db.transaction': {
    ask: 'ctx.db.transaction(statements)',
    does: 'Several statements on its own tables, all or none, each meeting just the rows it must',
    limits: '64 statements; 10,000 rows and 4 MiB together; quotaMb and quotaRows of the grant',
    errors: [...sqlErrors, 'CORE_SQL_ROWS_UNEXPECTED'],
    example: store,
  },
  'events.publish': {
    ask: 'ctx.events.publish(type, data, { key, id })',
    does: 'Tells whoever subscribed in the tenant, at least once, in the order of a key',
    limits: '64 KiB of data, 16 hops',
    errors: [
      'CORE_EVENT_TYPE_UNDECLARED',
      'CORE_EVENT_BREAKS_SCHEMA',
      'CORE_EVENT_TOO_LARGE',
      'CORE_EVENT_TOO_MANY_HOPS',
    ],
    example: events,
  },
  'http.fetch': {
    ask: 'fetch(url, init), ctx.secrets.ref(name)',
    does: 'A request to a granted origin, with secrets that the plugin never sees',
    limits: '256 KiB out, maxKb in, five redirections, 30 s',
    errors: [
      'CORE_FETCH_NOT_GRANTED',
      'CORE_FETCH_ADDRESS_REFUSED',
      'CORE_FETCH_PLAIN_REFUSED',
      'CORE_FETCH_REDIRECT_REFUSED',
      'CORE_FETCH_TOO_LARGE',
      'CORE_FETCH_TIMEOUT',
      'CORE_FETCH_BUSY',
      'CORE_FETCH_HEADER_INVALID',
      'CORE_FETCH_FAILED',
      'CORE_SECRET_MISPLACED',
    ],
    example: outbound,
  },
  'identity.units': {
    ask: 'ctx.identity.units(cursor)',
    does: "Reads the tenant's units, just the granted fields",
    limits: '200 units a page',
    errors: [],
    example: people,
  },
  'jobs.cancel': {
    ask: 'ctx.jobs.cancel(idOrKey)',
    does: 'Takes a one-off job back, also a run that is under way',
    limits: '',
    errors: ['CORE_JOB_CANCELLED'],
    example: jobs,
  },
  'jobs.list': {
    ask: 'ctx.jobs.list({ cursor })',
    does: 'Lists what is scheduled',
    limits: 'a page',
    errors: ['CORE_JOB_CANCELLED'],
    example: jobs,
  },
  'jobs.schedule': {
    ask: 'ctx.jobs.schedule(job, { at, afterMs, key, payload })',
    does: 'Has a job of its own run once, at an instant',
    limits: '16 KiB of payload, 10,000 a tenant, ten years ahead',
    errors: [
      'CORE_JOB_UNKNOWN',
      'CORE_JOB_PAYLOAD_TOO_LARGE',
      'CORE_JOBS_TOO_MANY',
      'CORE_JOB_CANCELLED',
    ],
    example: jobs,
  },
  'keys.publicKey': {
    ask: 'ctx.keys.publicKey(key)',
    does: 'The public half of a key of the tenant, with its certificates',
    limits: '',
    errors: ['CORE_KEY_MISSING'],
    example: keys,
  },
  'keys.sign': {
    ask: 'ctx.keys.sign({ usage, key, … })',
    does: 'Signs what the host has read or built itself, never a digest',
    limits: 'the policy of the key, by the hour',
    errors: [
      'CORE_KEY_MISSING',
      'CORE_KEY_DISABLED',
      'CORE_KEY_EXPIRED',
      'CORE_KEY_ONE_TIME_MISSING',
      'CORE_KEY_SPENT',
      'CORE_KEY_USAGE_REFUSED',
      'CORE_SIGNED_CONTENT_REFUSED',
    ],
    example: keys,
  },
  'keys.verify': {
    ask: 'ctx.keys.verify({ usage, … })',
    does: 'Verifies what the host itself can read, by a key of the tenant or a given one',
    limits: '',
    errors: ['CORE_KEY_MISSING'],
    example: keys,
  },
  'links.revoke': {
    ask: 'ctx.links.revoke(id)',
    does: 'Ends a link of its own',
    limits: '',
    errors: [],
    example: people,
  },
  'links.share': {
    ask: 'ctx.links.share(operation, input, { ttlS })',
    does: 'Makes a link that calls one operation of its own',
    limits: '4,096 characters of input, 10,000 living links a tenant, the ttl of the grant',
    errors: ['CORE_LINK_TOO_LONG', 'CORE_LINKS_TOO_MANY', 'CORE_OPERATION_MISSING'],
    example: people,
  },
  meter: {
    ask: 'ctx.meter(unit, amount)',
    does: 'Adds to what the tenant has used of the plugin',
    limits: '16 units a version',
    errors: ['CORE_METER_UNITS_TOO_MANY'],
    example: jobs,
  },
  'net.addresses': {
    ask: 'ctx.net.addresses(host, port)',
    does: 'Where a socket of its own may go for a host that a tenant named (trusted tier)',
    limits: '5 s',
    errors: [
      'CORE_TRUSTED_ONLY',
      'CORE_FETCH_ADDRESS_REFUSED',
      'CORE_FETCH_FAILED',
      'CORE_FETCH_TIMEOUT',
    ],
    example: mail,
  },
  'notify.send': {
    ask: 'ctx.notify.send(message)',
    does: 'A message to people through the plugin that offers the channel',
    limits: '50 recipients, 20,000 characters',
    errors: ['CORE_CHANNEL_MISSING', 'CORE_CHANNEL_AMBIGUOUS'],
    example: people,
  },
  'resources.get': {
    ask: 'ctx.resources.get(id)',
    does: 'Where a process or folder that outlives the version is (trusted tier)',
    limits: 'one lease a host',
    errors: ['CORE_RESOURCE_ELSEWHERE'],
    example: {
      plugin: 'core/test/fixtures/engine-plugin/src/index.ts',
      test: 'core/test/e2e/resources.test.ts',
    },
  },
  'secrets.reveal': {
    ask: 'ctx.secrets.reveal(name)',
    does: 'Tells a secret itself, for what is no request of the host (trusted tier)',
    limits: '',
    errors: ['CORE_TRUSTED_ONLY', 'CORE_SECRET_NOT_SET'],
    example: mail,
  },
  'rollouts.move': {
    ask: 'ctx.rollouts.start({ kind, rollout }), .resume, .promote',
    does: 'Moves a rollout of a document of its own on',
    limits: 'what stands in the way: see the states of a rollout',
    errors: ['CORE_ROLLOUT_MISSING', 'CORE_ROLLOUT_COMMAND_REFUSED'],
    example: recipes,
  },
  'rollouts.pick': {
    ask: 'ctx.rollouts.pick({ kind, id, entity })',
    does: 'Says which version of a document to use, drawn by key',
    limits: '',
    errors: [],
    example: recipes,
  },
  'rollouts.plan': {
    ask: 'ctx.rollouts.plan({ kind, id, from, to, steps })',
    does: 'Plans to release a version of a document of its own by canary',
    limits: '10 that are not over, 20 in the tenant, 200 on the host; 10,000 documents',
    errors: ['CORE_DOCUMENT_NOT_STABLE', 'CORE_DOCUMENT_ROLLOUTS_TAKEN', 'CORE_DOCUMENTS_TOO_MANY'],
    example: recipes,
  },
  'rollouts.report': {
    ask: "ctx.rollouts.report({ kind, pick, outcome: 'ok' })",
    does: 'Tells the judge how the use of a pick went',
    limits: 'once a pick and outcome, on each node',
    errors: ['CORE_PICK_FORGED'],
    example: recipes,
  },
  'rollouts.stop': {
    ask: 'ctx.rollouts.abort({ kind, rollout }), .pause, .rollback',
    does: 'Holds a rollout of a document of its own, or takes it back',
    limits: 'a rollback within seven days',
    errors: ['CORE_ROLLOUT_MISSING', 'CORE_ROLLOUT_COMMAND_REFUSED'],
    example: recipes,
  },
  'services.call': {
    ask: 'ctx.services.call(service, operation, input)',
    does: 'Calls a data service of another plugin',
    limits: '16 deep, within the deadline of the call',
    errors: [
      'CORE_SERVICE_MISSING',
      'CORE_OPERATION_MISSING',
      'CORE_CALL_CYCLE',
      'CORE_CALL_TOO_DEEP',
      'CORE_CALL_DEADLINE',
    ],
    example: probe,
  },
}
