/**
 * The one source of the manifest: types, validation, editor help and author docs are made from it.
 * Every property has a `description`; the docs page prints it.
 */

const localized = {
  type: 'object',
  description: 'A text in each language of the host.',
  required: ['en'],
  additionalProperties: false,
  properties: {
    en: { type: 'string', minLength: 1, maxLength: 500 },
    'zh-CN': { type: 'string', minLength: 1, maxLength: 500 },
  },
} as const

const packageName = {
  type: 'string',
  pattern: '^(@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*$',
  maxLength: 214,
} as const
/** A relative path inside the package: no leading slash, no `..`, no backslash. */
const packagePath = {
  type: 'string',
  pattern: '^(?!.*(^|/)\\.\\.?(/|$))[A-Za-z0-9_@][A-Za-z0-9_@.\\-/]*$',
  maxLength: 200,
  description: 'A path inside the package, such as contracts/a.json.',
} as const
const dottedId = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
  maxLength: 100,
  description: 'Lower case words joined by dots, such as orders.demand.',
} as const
const identifier = {
  type: 'string',
  pattern: '^[a-z][a-z0-9_-]*$',
  maxLength: 60,
  description: 'Lower case letters, digits, - and _, such as safety_stock.',
} as const
const serviceRange = {
  type: 'string',
  pattern: '^[a-z][a-z0-9.-]*@\\^?\\d+$',
  maxLength: 120,
  description: 'A data service and its major version, such as orders.demand@^1.',
} as const

/** Every capability entry says why, and may be optional: the plugin copes without. */
const always = {
  why: { ...localized, description: 'Shown to the admin who is asked for consent.' },
  optional: { type: 'boolean', description: 'The plugin copes without this grant.' },
} as const

const capability = <
  const Properties extends Readonly<Record<string, unknown>>,
  const Required extends readonly string[],
>(
  properties: Properties,
  required: Required,
) =>
  ({
    type: 'array',
    minItems: 1,
    maxItems: 32,
    items: {
      type: 'object',
      required: ['why', ...required],
      additionalProperties: false,
      properties: { ...always, ...properties },
    },
  }) as const

const megabytes = {
  type: 'integer',
  minimum: 1,
  maximum: 102400,
  description: 'Room in MiB.',
} as const

export const capabilitySchemas = {
  'db:own': capability({ quotaMb: megabytes }, ['quotaMb']),
  'service:call': capability(
    {
      service: serviceRange,
      operations: { type: 'array', items: identifier, minItems: 1, maxItems: 64 },
    },
    ['service'],
  ),
  'service:provide': capability({}, []),
  'event:publish': capability({ type: dottedId }, ['type']),
  'event:subscribe': capability({ type: dottedId }, ['type']),
  'http:fetch': capability(
    {
      origins: {
        type: 'array',
        minItems: 1,
        maxItems: 32,
        items: { type: 'string', pattern: '^https://', maxLength: 300 },
      },
      methods: {
        type: 'array',
        minItems: 1,
        items: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      },
      pathPrefix: { type: 'string', pattern: '^/', maxLength: 300 },
      maxKb: { type: 'integer', minimum: 1, maximum: 65536 },
    },
    ['origins'],
  ),
  'http:receive': capability({ path: identifier, signature: { type: 'string', maxLength: 60 } }, [
    'path',
    'signature',
  ]),
  'secret:use': capability({ name: identifier }, ['name']),
  'keys:sign': capability({ usage: { type: 'string', maxLength: 60 } }, ['usage']),
  'blob:own': capability({ quotaMb: megabytes }, ['quotaMb']),
  'job:schedule': capability({ per: { enum: ['tenant', 'host'] } }, ['per']),
  'udf:provide': capability({}, []),
  'workflow:start': capability({ template: dottedId }, ['template']),
  'notify:send': capability({ channel: identifier }, ['channel']),
  'identity:read': capability(
    { fields: { type: 'array', items: identifier, minItems: 1, maxItems: 32 } },
    ['fields'],
  ),
  'ui:mount': capability({ point: { type: 'string', maxLength: 120 } }, ['point']),
  'link:share': capability(
    { operation: { type: 'string', maxLength: 120 }, ttl: { type: 'string', maxLength: 20 } },
    ['operation', 'ttl'],
  ),
  'rollout:use': capability({ kind: dottedId }, ['kind']),
  'db:inspect': capability({}, []),
  intl: capability({}, []),
  wasm: capability({}, []),
} as const

export type CapabilityName = keyof typeof capabilitySchemas

const list = <const Item>(items: Item, maxItems: number) =>
  ({ type: 'array', maxItems, items }) as const

export const manifestSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Signalbox plugin manifest',
  description: 'The "signalbox" key of a plugin\'s package.json.',
  type: 'object',
  required: ['manifest', 'host', 'displayName', 'runtime'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'For editors only.' },
    manifest: { const: 1, description: 'Version of this format.' },
    host: {
      type: 'string',
      maxLength: 100,
      description: 'Semver range of hosts the plugin runs on.',
    },
    displayName: { ...localized, description: 'Name shown to people.' },
    category: { ...identifier, description: 'Where the marketplace lists the plugin.' },
    runtime: {
      type: 'object',
      description: 'How the version runs.',
      required: ['tier'],
      additionalProperties: false,
      properties: {
        tier: {
          enum: ['declarative', 'sandbox', 'trusted'],
          description:
            "declarative: no code; sandbox: an isolate; trusted: a process, operator's allow-list only.",
        },
        entry: { ...packagePath, description: 'The bundle, one file, no run-time dependencies.' },
        limits: {
          type: 'object',
          description: "What one call may use; the host's own caps win.",
          additionalProperties: false,
          properties: {
            heapMb: {
              type: 'integer',
              minimum: 8,
              maximum: 256,
              description: 'Heap of the isolate, MiB.',
            },
            turnMs: {
              type: 'integer',
              minimum: 5,
              maximum: 2000,
              description: 'Uninterrupted computing, ms.',
            },
            deadlineMs: {
              type: 'integer',
              minimum: 10,
              maximum: 30000,
              description: 'A whole call, ms.',
            },
            payloadKb: {
              type: 'integer',
              minimum: 1,
              maximum: 8192,
              description: 'Request or answer, KiB.',
            },
          },
        },
      },
    },
    requires: {
      type: 'object',
      description: 'Plugins that must be installed, by semver range.',
      maxProperties: 64,
      propertyNames: packageName,
      additionalProperties: { type: 'string', maxLength: 100 },
    },
    capabilities: {
      type: 'object',
      description: 'What the plugin asks for; an admin grants it or not.',
      additionalProperties: false,
      properties: capabilitySchemas,
    },
    config: { ...packagePath, description: "JSON Schema of the plugin's settings." },
    secrets: {
      ...list(
        {
          type: 'object',
          required: ['name', 'label'],
          additionalProperties: false,
          properties: { name: identifier, label: localized },
        },
        32,
      ),
      description: 'Secrets a tenant stores for the plugin; it never sees their bytes.',
    },
    migrations: { ...packagePath, description: "Folder of the plugin's SQL steps." },
    provides: {
      type: 'object',
      description: 'What the plugin gives to others.',
      additionalProperties: false,
      properties: {
        services: list(
          {
            type: 'object',
            required: ['id', 'contract'],
            additionalProperties: false,
            properties: { id: dottedId, contract: packagePath },
          },
          32,
        ),
        udfs: list(
          {
            type: 'object',
            required: ['id', 'args'],
            additionalProperties: false,
            properties: { id: identifier, args: packagePath, deterministic: { type: 'boolean' } },
          },
          128,
        ),
        events: list(
          {
            type: 'object',
            required: ['type', 'schema'],
            additionalProperties: false,
            properties: { type: dottedId, schema: packagePath },
          },
          128,
        ),
        jobs: list(
          {
            type: 'object',
            required: ['id', 'cron'],
            additionalProperties: false,
            properties: {
              id: identifier,
              cron: { type: 'string', maxLength: 100 },
              tz: { type: 'string', maxLength: 60 },
            },
          },
          64,
        ),
        permissions: list(
          {
            type: 'object',
            required: ['id', 'label'],
            additionalProperties: false,
            properties: { id: dottedId, label: localized },
          },
          64,
        ),
        extensionPoints: list(
          {
            type: 'object',
            required: ['id', 'schema'],
            additionalProperties: false,
            properties: { id: { type: 'string', maxLength: 120 }, schema: packagePath },
          },
          64,
        ),
        contributes: list(
          {
            type: 'object',
            required: ['point', 'value'],
            additionalProperties: false,
            properties: { point: { type: 'string', maxLength: 120 }, value: {} },
          },
          256,
        ),
      },
    },
    rollout: {
      type: 'object',
      description: "The plugin's own wish for its releases; the operator decides.",
      additionalProperties: false,
      properties: {
        steps: { const: 'default' },
        cohortBy: { enum: ['request', 'subject', 'app', 'unit', 'tenant', 'entity'] },
      },
    },
    selfTest: {
      type: 'boolean',
      description: 'The bundle exports selfTest, run before the first request.',
    },
  },
} as const
