import { capabilitySchemas } from './capability-schemas.ts'
import { lineageSchema } from './lineage-schema.ts'
import { listingSchema, termsSchema } from './listing-schema.ts'
import { dottedId, identifier, localized, packageName, packagePath } from './terms.ts'

/**
 * The one source of the manifest: types, validation, editor help and author docs are made from it.
 * Every property has a `description`; the docs page prints it.
 */

const list = <const Item>(items: Item, maxItems: number, description: string) =>
  ({ type: 'array', description, maxItems, items }) as const

const resourceCommand = <const Description extends string>(description: Description) =>
  ({
    type: 'array',
    description,
    minItems: 1,
    maxItems: 32,
    items: { type: 'string', minLength: 1, maxLength: 200, description: 'One word of it.' },
  }) as const

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
    listing: listingSchema,
    terms: termsSchema,
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
        state: {
          type: 'string',
          enum: ['kept', 'fresh'],
          description: 'Whether variables outlive a call; fresh costs about 1 ms a call.',
        },
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
    secrets: list(
      {
        type: 'object',
        required: ['name', 'label'],
        additionalProperties: false,
        properties: {
          name: { ...identifier, description: 'Name the plugin uses it by.' },
          label: { ...localized, description: 'Name shown to the admin who enters it.' },
        },
      },
      32,
      'Secrets a tenant stores for the plugin; it never sees their bytes.',
    ),
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
            properties: {
              id: {
                ...dottedId,
                pattern: `${dottedId.pattern.slice(0, -1)}(@[1-9][0-9]{0,5})?$`,
                description:
                  'The service, such as orders.demand; a second major beside it is orders.demand@2.',
              },
              contract: { ...packagePath, description: 'Its contract, a JSON file.' },
            },
          },
          32,
          'Data services that apps and plugins may call.',
        ),
        udfs: list(
          {
            type: 'object',
            required: ['id', 'args'],
            additionalProperties: false,
            properties: {
              id: { ...identifier, description: 'The function, such as safety_stock.' },
              args: { ...packagePath, description: 'JSON Schema of its arguments.' },
              deterministic: {
                type: 'boolean',
                description: 'Same arguments, same answer: may be kept.',
              },
            },
          },
          128,
          'Pure functions for rules, metrics and queries.',
        ),
        events: list(
          {
            type: 'object',
            required: ['type', 'schema'],
            additionalProperties: false,
            properties: {
              type: { ...dottedId, description: 'Type of the event.' },
              schema: { ...packagePath, description: 'JSON Schema of its data.' },
              external: {
                type: 'boolean',
                description: 'Apps may send it too, where an admin allowed them to.',
              },
            },
          },
          128,
          'Events it publishes.',
        ),
        jobs: list(
          {
            type: 'object',
            required: ['id'],
            additionalProperties: false,
            properties: {
              id: { ...identifier, description: 'The job.' },
              cron: {
                type: 'string',
                maxLength: 100,
                description: 'When, as five cron fields; only when the plugin asks, when absent.',
              },
              tz: {
                type: 'string',
                maxLength: 60,
                description: 'IANA time zone; UTC, when absent.',
              },
              missed: {
                enum: ['once', 'skip'],
                description:
                  'After a time in which the host was away: one run for all that were missed, or none. Once, when absent.',
              },
            },
          },
          64,
          'Work at set times.',
        ),
        permissions: list(
          {
            type: 'object',
            required: ['id', 'label'],
            additionalProperties: false,
            properties: {
              id: { ...dottedId, description: 'The permission, such as inventory.override.' },
              label: { ...localized, description: 'Name shown to people.' },
            },
          },
          64,
          'Permissions that roles may hold.',
        ),
        extensionPoints: list(
          {
            type: 'object',
            required: ['id', 'schema'],
            additionalProperties: false,
            properties: {
              id: { type: 'string', maxLength: 120, description: 'The point, with its version.' },
              schema: { ...packagePath, description: 'JSON Schema of what may be put in.' },
              changeEvent: {
                type: 'boolean',
                description:
                  'Its owner has a handler of `signalbox.contributions.changed`, run when what is put in changes.',
              },
            },
          },
          64,
          'Places where other plugins may add to it.',
        ),
        contributes: list(
          {
            type: 'object',
            required: ['point', 'value'],
            additionalProperties: false,
            properties: {
              point: { type: 'string', maxLength: 120, description: 'Extension point of another.' },
              value: { description: "What is put in, by the point's schema." },
            },
          },
          256,
          'What it adds to others.',
        ),
      },
    },
    resources: list(
      {
        type: 'object',
        required: ['id', 'command', 'health', 'scope', 'dataDir', 'memoryMb'],
        additionalProperties: false,
        properties: {
          id: { ...identifier, description: 'The resource, such as engine.' },
          command: resourceCommand(
            "The program: a file of the package (.js and .mjs run in the host's Node) and its arguments.",
          ),
          health: resourceCommand('Ends with 0 while the program is well; asked every 5 s.'),
          scope: {
            enum: ['node', 'host'],
            description: 'One on each node, or one on the whole host.',
          },
          dataDir: { ...identifier, description: 'The folder it has for itself; it is kept.' },
          memoryMb: {
            type: 'integer',
            minimum: 16,
            maximum: 65536,
            description: 'Memory of it and all that it starts, MiB; beyond it, it is ended.',
          },
        },
      },
      8,
      'Programs that outlive a version, shared by all of them; tier trusted only.',
    ),
    lineage: lineageSchema,
    rollout: {
      type: 'object',
      description: "The plugin's own wish for its releases; the operator decides.",
      additionalProperties: false,
      properties: {
        steps: { const: 'default', description: "The host's own steps." },
        cohortBy: {
          enum: ['request', 'subject', 'app', 'unit', 'tenant', 'entity'],
          description: 'What stays on one version together.',
        },
      },
    },
    selfTest: {
      type: 'boolean',
      description: 'The bundle exports selfTest, run before the first request.',
    },
  },
} as const
