import {
  dottedId,
  identifier,
  localized,
  operationName,
  packagePath,
  serviceRange,
} from './terms.ts'

/** Every capability entry says why, and may be optional: the plugin copes without. */
const always = {
  why: { ...localized, description: 'Shown to the admin who is asked for consent.' },
  optional: { type: 'boolean', description: 'The plugin copes without this grant.' },
} as const

const capability = <
  const Properties extends Readonly<Record<string, unknown>>,
  const Required extends readonly string[],
>(
  description: string,
  properties: Properties,
  required: Required,
) =>
  ({
    type: 'array',
    description,
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

const text = <const Length extends number>(maxLength: Length, description: string) =>
  ({ type: 'string', minLength: 1, maxLength, description }) as const

/** What of an origin the host parses more strictly: one that is more than an origin covers nothing. */
const origins = {
  type: 'array',
  minItems: 1,
  maxItems: 32,
  items: { type: 'string', pattern: '^https?://', maxLength: 300 },
} as const
const hookSignature =
  '^(none|standard-webhooks|github|stripe|hmac-sha256-(hex|base64):[a-z0-9][a-z0-9-]{0,63})$'

/** What an admin names in a tenant, such as a key. */
const tenantThing = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' } as const

/** What a plugin may ask for. Everything else is refused by name; a host may know fewer than this list. */
export const capabilitySchemas = {
  'db:own': capability(
    'Tables of its own.',
    {
      quotaMb: { ...megabytes, description: 'Room in MiB for the rows of one tenant.' },
      quotaRows: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'Most rows of one tenant, in all tables; any number, when absent.',
      },
    },
    ['quotaMb'],
  ),
  'service:call': capability(
    'Calls to a data service of another plugin.',
    {
      service: serviceRange,
      operations: {
        type: 'array',
        items: operationName,
        minItems: 1,
        maxItems: 64,
        description: 'Only these operations; all, when absent.',
      },
    },
    ['service'],
  ),
  'service:provide': capability('Data services of its own.', {}, []),
  'event:publish': capability(
    'Events of a type that it declares.',
    { type: { ...dottedId, description: 'Type of the event.' } },
    ['type'],
  ),
  // A plugin that folds what all others tell hears many types.
  'event:subscribe': {
    ...capability(
      'Events of others.',
      {
        type: {
          ...dottedId,
          pattern: `${dottedId.pattern}|^signalbox(\\.[a-z][a-z0-9_-]*)+(\\.\\*)?$`,
          description:
            "Type of the event. Of the host's own, such as signalbox.subscription.requested, also a whole family: signalbox.rollout.*",
        },
      },
      ['type'],
    ),
    maxItems: 64,
  },
  'http:fetch': capability(
    'Requests to named origins.',
    {
      origins: {
        ...origins,
        description:
          'Origins, such as https://api.example.com or https://*.example.com; http:// only where the operator names it.',
      },
      originsFrom: {
        type: 'string',
        pattern: '^(/[A-Za-z0-9_-]+){1,8}$',
        maxLength: 200,
        description:
          "JSON pointer into the plugin's settings: the origin of the address that the tenant set there, beside origins or instead of them.",
      },
      methods: {
        type: 'array',
        minItems: 1,
        items: { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
        description: 'Only these methods; GET, when absent.',
      },
      pathPrefix: {
        type: 'string',
        pattern: '^/',
        maxLength: 300,
        description: 'Only paths that begin so.',
      },
      maxKb: {
        type: 'integer',
        minimum: 1,
        maximum: 65536,
        description: 'Largest answer in KiB.',
      },
    },
    [],
  ),
  'http:receive': capability(
    'Webhooks in.',
    {
      path: { ...identifier, description: 'Last part of the address.' },
      signature: {
        type: 'string',
        pattern: hookSignature,
        maxLength: 90,
        description:
          'How the sender signs: standard-webhooks, github, stripe, hmac-sha256-hex:<header>, hmac-sha256-base64:<header>, none.',
      },
    },
    ['path', 'signature'],
  ),
  'secret:use': capability(
    'A secret that the host puts into requests; the plugin never sees it.',
    {
      name: { ...identifier, description: 'Name of the secret.' },
      origins: {
        ...origins,
        description: 'Only sent to these; to all of http:fetch, when absent.',
      },
      reveal: {
        const: true,
        description:
          'The plugin is told the secret itself, for what is no request of the host; tier trusted only.',
      },
    },
    ['name'],
  ),
  'keys:sign': capability(
    'Signatures by a key of the tenant.',
    {
      usage: {
        enum: ['cms', 'certificate', 'jwt', 'webhook'],
        description:
          'What is signed; certificate: certificates of signers, and one signature by each of their keys.',
      },
      key: {
        ...tenantThing,
        description: 'Only with this key; with any of that usage, when absent.',
      },
    },
    ['usage'],
  ),
  'keys:verify': capability(
    "Checks of signatures, and the public halves of the tenant's keys.",
    {
      usage: {
        enum: ['cms', 'jwt', 'webhook'],
        description: 'Only of what is signed so; of anything, when absent.',
      },
    },
    [],
  ),
  'blob:own': capability('Files of its own.', { quotaMb: megabytes }, ['quotaMb']),
  'job:schedule': capability(
    'Work at set times.',
    { per: { enum: ['tenant', 'host'], description: 'Once for each tenant, or once.' } },
    ['per'],
  ),
  'udf:provide': capability('Functions for rules and queries.', {}, []),
  'workflow:start': capability(
    'Starting a workflow.',
    { template: { ...dottedId, description: 'Template of the workflow.' } },
    ['template'],
  ),
  'notify:send': capability(
    'Messages to people.',
    { channel: { ...identifier, description: 'Channel, such as mail.' } },
    ['channel'],
  ),
  'identity:read': capability(
    'Reading of people and units.',
    {
      fields: {
        type: 'array',
        items: identifier,
        minItems: 1,
        maxItems: 32,
        description: 'Only these fields.',
      },
    },
    ['fields'],
  ),
  'ui:mount': capability(
    'A part of the console.',
    { point: text(120, 'Extension point it is put into.') },
    ['point'],
  ),
  'link:share': capability(
    'Signed links for people without an account.',
    {
      operation: text(120, 'Operation behind the link.'),
      ttl: text(20, 'How long a link works, such as 7d.'),
      page: {
        ...packagePath,
        description: 'HTML of the package, at most 180 KiB, that a browser shows for the link.',
      },
    },
    ['operation', 'ttl'],
  ),
  'rollout:use': capability(
    'Canaries of its own documents.',
    { kind: { ...dottedId, description: 'Kind of document.' } },
    ['kind'],
  ),
  'db:inspect': capability('The catalogue of other schemas, no rows.', {}, []),
  intl: capability('The Intl global.', {}, []),
  wasm: capability('The WebAssembly global.', {}, []),
} as const

export type CapabilityName = keyof typeof capabilitySchemas
