import { languageOf } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { majorSchema, serviceIdSchema, strictObject } from '../../gateway/http-schemas.ts'
import { findDeprecation } from '../deprecation-store.ts'
import { servedContract } from '../served-contract.ts'
import { contractDocument, type DocumentName, documentNames } from './contract-documents.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
  readonly now: () => number
}

interface Params {
  readonly id: string
  readonly major: number
  readonly document: DocumentName
}

/** What tools and programs read of a service: OpenAPI, AsyncAPI, ODCS, the contract itself, a typed client. */
export function documentRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Params: Params }>(
    '/v1/catalog/services/:id/versions/:major/:document',
    {
      config: { action: 'catalog.read' },
      schema: {
        tags: ['catalog'],
        summary:
          'A document of a service: openapi, asyncapi, odcs, openlineage, contract, or types (a TypeScript client)',
        params: strictObject(
          { id: serviceIdSchema, major: majorSchema, document: { enum: documentNames } },
          ['id', 'major', 'document'],
        ),
      },
    },
    async (request, reply) => {
      const { id, major, document } = request.params
      const served = await servedContract(ports.knex, id, major)
      if (served === undefined) throw coreErrors.create('SERVICE_MISSING', { service: id, major })
      const language = languageOf(request.headers['accept-language'])
      const schedule = await findDeprecation(ports.knex, { id, major })
      const now = ports.now()
      const isDeprecated = schedule !== undefined && schedule.deprecatedAt <= now
      const wanted = { served, name: document, language, isDeprecated, now }
      const made = await contractDocument(ports, wanted)
      void reply.header('vary', 'accept-language')
      if (typeof made === 'object') return made
      const fileName = `${id}.v${major}.ts`
      return reply
        .type('text/plain; charset=utf-8')
        .header('x-content-type-options', 'nosniff')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(made)
    },
  )
}
