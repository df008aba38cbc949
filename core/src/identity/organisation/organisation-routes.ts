import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { askerOf } from '../../gateway/guard.ts'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import { writeCsv } from './csv.ts'
import { type ImportFiles, type Table, tables } from './import-plan.ts'
import type { OrganisationService } from './organisation-service.ts'
import { exportRows } from './organisation-store.ts'

interface Ports {
  readonly knex: Knex
  readonly organisation: OrganisationService
}

/** Twenty thousand people at 200 bytes each, as JSON text. */
const BODY_LIMIT = 8 * 1024 * 1024

const MAX_EXPORTED = 200_000

const tags = ['identity']
const table = { type: 'string', maxLength: BODY_LIMIT } as const

export function organisationRoutes(app: FastifyInstance, { knex, organisation }: Ports): void {
  app.post<{ Params: { tenant: string }; Body: ImportFiles & { dryRun?: boolean } }>(
    '/v1/tenants/:tenant/organisation::import',
    {
      bodyLimit: BODY_LIMIT,
      config: { action: 'organisation.import' },
      schema: {
        tags,
        summary:
          'Take units, users, positions and holders from CSV tables, all or nothing; a dry run changes nothing',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        body: strictObject(
          {
            dryRun: { type: 'boolean' },
            units: table,
            users: table,
            positions: table,
            holders: table,
          },
          [],
        ),
      },
    },
    async (request) => {
      const { dryRun = false, ...files } = request.body
      return organisation.import(askerOf(request), request.params.tenant, files, dryRun)
    },
  )
  app.get<{ Params: { tenant: string; table: Table } }>(
    '/v1/tenants/:tenant/organisation/:table',
    {
      config: { action: 'organisation.export' },
      schema: {
        tags,
        summary:
          'One of these tables as CSV, as the import takes it; no cell of it is run by a spreadsheet',
        params: strictObject({ tenant: idSchema, table: { enum: Object.keys(tables) } }, [
          'tenant',
          'table',
        ]),
      },
    },
    async (request, reply) => {
      const { tenant, table: name } = request.params
      const rows = await exportRows(knex, tenant, name, MAX_EXPORTED)
      return reply
        .header('content-disposition', `attachment; filename="${name}.csv"`)
        .type('text/csv; charset=utf-8')
        .send(writeCsv(tables[name].columns, rows))
    },
  )
}
