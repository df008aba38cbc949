import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { findPackages, searchCursorPattern } from '../search/package-search-store.ts'

interface Ports {
  readonly knex: Knex
  now(): number
  /** Of this host, which packages are to run on. */
  readonly hostVersion: string
}

interface Query {
  readonly q: string
  readonly category?: string
  readonly tier?: string
  readonly publisher?: string
  readonly license?: string
  readonly capability?: string
  readonly keyword?: string
  readonly compatible: boolean
  readonly facets: boolean
  readonly limit: number
  readonly cursor?: string
}

/** Looking for packages: open to all, as the registry is. */
export function searchPageRoutes(app: FastifyInstance, { knex, now, hostVersion }: Ports): void {
  app.get<{ Querystring: Query }>(
    '/packages',
    {
      schema: {
        tags: ['marketplace'],
        summary:
          'Find packages, ranked by how many tenants run them and how it goes there, then by what the words meet',
        querystring: querySchema,
      },
    },
    async (request) => {
      const { compatible, facets, ...wish } = request.query
      return findPackages(
        knex,
        { ...wish, withFacets: facets, ...(compatible ? { host: hostVersion } : {}) },
        now(),
      )
    },
  )
}

const word = { type: 'string', minLength: 1, maxLength: 100 } as const

const querySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    q: { type: 'string', maxLength: 100, default: '', description: 'Chinese or English words.' },
    category: word,
    tier: { type: 'string', enum: ['declarative', 'sandbox', 'trusted'] },
    publisher: word,
    license: word,
    capability: { ...word, description: 'One that it asks for, such as http:fetch.' },
    keyword: word,
    compatible: {
      type: 'boolean',
      default: false,
      description: 'Only what runs on this host.',
    },
    facets: {
      type: 'boolean',
      default: false,
      description: 'Count what was found by category, tier, publisher, licence and capability.',
    },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    cursor: { type: 'string', pattern: searchCursorPattern, maxLength: 230 },
  },
} as const
