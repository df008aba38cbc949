import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { parseSearch } from './search-query.ts'
import { type SearchHit, searchPackages } from './search-store.ts'

interface SearchRequest {
  readonly text: string
  readonly size: number
  readonly from: number
}

/** `npm search`. */
export function searchRoutes(app: FastifyInstance, ports: { knex: Knex; now(): number }): void {
  app.get<{ Querystring: SearchRequest }>(
    '/-/v1/search',
    { schema: { querystring: searchSchema } },
    async (request) => {
      const { text, size, from } = request.query
      const page = { limit: size, offset: from }
      const { hits, total } = await searchPackages(ports.knex, parseSearch(text), page)
      return { objects: hits.map(searchObject), total, time: new Date(ports.now()).toISOString() }
    },
  )
}

/** A hit as npm prints it; every hit matches in full, so that what tells them apart is how they stand here. */
function searchObject(hit: SearchHit) {
  return {
    package: {
      name: hit.name,
      version: hit.version,
      ...(hit.description === null ? {} : { description: hit.description }),
      keywords: Array.isArray(hit.keywords) ? hit.keywords.filter(isText) : [],
      ...(hit.license === null ? {} : { license: hit.license }),
      date: hit.modifiedAt.toISOString(),
      links: {},
      publisher: { username: hit.publisher },
      maintainers: [{ username: hit.owner }],
    },
    score: {
      final: hit.standing,
      detail: { quality: hit.standing, popularity: hit.standing, maintenance: hit.standing },
    },
    searchScore: hit.standing,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

const searchSchema = {
  type: 'object',
  properties: {
    text: { type: 'string', maxLength: 200, default: '' },
    size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    from: { type: 'integer', minimum: 0, maximum: 10_000, default: 0 },
  },
} as const
