import { type Column, jsonValues, writeArrow } from '@signalbox/sandbox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import { coreErrors } from '../errors.ts'
import { tenantOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import { columnsOfArgs, columnsOfArrow, columnsOfJson } from './udf-arguments.ts'
import { bytesOf, type UdfAnswer, type UdfCall, type UdfService } from './udf-service.ts'
import type { ProvidedUdf } from './udf-target.ts'

interface Ports {
  readonly udfs: UdfService
  /** Decodes a stream that came from outside, off the host's own thread where it is large. */
  readonly readArrow: (bytes: Uint8Array) => Promise<readonly Column[]>
}

interface Named {
  readonly plugin: string
  readonly udf: string
}

interface Asked {
  readonly tenant?: string
  readonly deadlineMs: number
}

const tags = ['udfs']
const ARROW = 'application/vnd.apache.arrow.stream'
const MB = 1024 * 1024

/**
 * JSON is parsed and written on the host's own thread, some 10 ms a MiB: what is more goes as Arrow, which is decoded elsewhere.
 * Arrow: four columns of a million numbers, and a sixteenth of what all batches together may hold.
 */
const limits = {
  json: { bytes: 4 * MB, answerBytes: 4 * MB, rows: 100_000 },
  arrow: { bytes: 32 * MB, answerBytes: 64 * MB, rows: 1_000_000 },
} as const
/** Of the sandbox: each argument costs a compiled place in the loop over the rows. */
const MAX_COLUMNS = 64

const CALL_MS = 5000
const BATCH_MS = 30_000
const MAX_MS = 60_000

const nameSchema = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 } as const
const params = strictObject({ plugin: pluginNameSchema, udf: nameSchema }, ['plugin', 'udf'])
const askedSchema = (defaultMs: number) =>
  strictObject(
    {
      tenant: idSchema,
      deadlineMs: { type: 'integer', minimum: 1, maximum: MAX_MS, default: defaultMs },
    },
    [],
  )

/** The functions of a tenant's plugins: which there are, one call, and many rows at once. */
export function udfRoutes(app: FastifyInstance, ports: Ports): void {
  // Fastify reads plain text where nobody says otherwise, and no schema of a batch would look at it.
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => readJson(body),
  )
  app.addContentTypeParser(ARROW, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  listRoute(app, ports.udfs)
  callRoute(app, ports.udfs)
  batchRoute(app, ports)
}

function listRoute(app: FastifyInstance, udfs: UdfService): void {
  app.get<{
    Querystring: { tenant?: string; plugin?: string; limit: number; cursor?: string }
  }>(
    '/v1/udfs',
    {
      config: { action: 'udf.list' },
      schema: {
        tags,
        summary: "List the functions that a tenant's plugins provide, with arguments and result",
        querystring: strictObject(
          {
            tenant: idSchema,
            plugin: pluginNameSchema,
            limit: pageSchema.limit,
            // The name of a plugin and of a function.
            cursor: { type: 'string', maxLength: 275 },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { plugin, limit, cursor } = request.query
      const page = (all: readonly ProvidedUdf[]) => all.slice(startOf(all, cursor)).slice(0, limit)
      const listed = await udfs.list(tenantOf(request), plugin, page)
      return pageOf(listed, limit, (udf) => `${udf.plugin} ${udf.id}`)
    },
  )
}

/** Behind the cursor, also when what it names is gone meanwhile: the list is in the order of plugin and id. */
function startOf(all: readonly ProvidedUdf[], cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [plugin = '', id = ''] = cursor.split(' ')
  const index = all.findIndex(
    ({ version, udf }) => version.plugin > plugin || (version.plugin === plugin && udf > id),
  )
  return index < 0 ? all.length : index
}

function callRoute(app: FastifyInstance, udfs: UdfService): void {
  app.post<{ Params: Named; Querystring: Asked; Body: { args: readonly unknown[] } }>(
    // Two colons are the router's way to write one.
    '/v1/udfs/:plugin/:udf(^[^:]+)::call',
    {
      config: { action: 'udf.call' },
      bodyLimit: limits.json.bytes,
      schema: {
        tags,
        summary: 'Run a function on one row: the values of its arguments',
        params,
        querystring: askedSchema(CALL_MS),
        body: strictObject({ args: { type: 'array', maxItems: MAX_COLUMNS } }, ['args']),
      },
    },
    async (request, reply) => {
      const { args } = request.body
      const answer = await udfs.call({
        ...callOf(request),
        maxRows: 1,
        columns: (signature) => columnsOfArgs(signature, args),
      })
      requireAnswerSize(request.params, answer, limits.json.answerBytes)
      reply.header('signalbox-version', answer.version)
      const [value] = jsonValues(answer.column)
      return { value, version: answer.version }
    },
  )
}

interface BatchBody {
  readonly columns: readonly (readonly unknown[])[]
}

function batchRoute(app: FastifyInstance, { udfs, readArrow }: Ports): void {
  app.post<{ Params: Named; Querystring: Asked; Body: BatchBody | Buffer | undefined }>(
    '/v1/udfs/:plugin/:udf(^[^:]+)::batch',
    {
      config: { action: 'udf.call' },
      bodyLimit: limits.arrow.bytes,
      schema: {
        tags,
        summary: 'Run a function on many rows: a column for each argument, as JSON or Arrow',
        params,
        querystring: askedSchema(BATCH_MS),
        body: {
          content: {
            'application/json': {
              schema: strictObject(
                { columns: { type: 'array', maxItems: MAX_COLUMNS, items: { type: 'array' } } },
                ['columns'],
              ),
            },
            [ARROW]: { schema: {} },
          },
        },
      },
    },
    async (request, reply) => {
      const isArrowWanted = request.headers.accept?.includes(ARROW) === true
      const columns = await givenColumns(request.body, readArrow)
      const isArrow = Buffer.isBuffer(request.body) && isArrowWanted
      const { rows } = isArrow ? limits.arrow : limits.json
      const answer = await udfs.call({ ...callOf(request), maxRows: rows, columns })
      reply.header('signalbox-version', answer.version)
      return isArrowWanted
        ? arrowAnswer(request.params, reply, answer)
        : jsonAnswer(request.params, answer)
    },
  )
}

/** Columns as they came; whether they fit is known when the function's own word is. */
async function givenColumns(
  body: BatchBody | Buffer | undefined,
  readArrow: Ports['readArrow'],
): Promise<UdfCall['columns']> {
  if (body === undefined) throw coreErrors.create('MEDIA_TYPE_UNSUPPORTED', { type: 'none' })
  if (!Buffer.isBuffer(body)) return (signature) => columnsOfJson(signature, body.columns)
  const columns = await readArrow(body)
  return (signature) => columnsOfArrow(signature, columns)
}

function jsonAnswer(named: Named, answer: UdfAnswer) {
  requireAnswerSize(named, answer, limits.json.answerBytes)
  return { values: jsonValues(answer.column), version: answer.version }
}

function arrowAnswer(named: Named, reply: FastifyReply, answer: UdfAnswer): Buffer {
  requireAnswerSize(named, answer, limits.arrow.answerBytes)
  reply.type(ARROW)
  return Buffer.from(writeArrow([answer.column], ['value']).buffer)
}

function requireAnswerSize(
  { plugin, udf }: Named,
  { column, version }: UdfAnswer,
  limit: number,
): void {
  const reached = bytesOf(column)
  if (reached <= limit) return
  throw coreErrors.create('UDF_ANSWER_TOO_LARGE', { plugin, version, udf, reached, limit })
}

function callOf(request: FastifyRequest<{ Params: Named; Querystring: Asked }>) {
  const { plugin, udf } = request.params
  return {
    tenant: tenantOf(request),
    plugin,
    udf,
    requestId: request.trace.spanId,
    deadlineMs: request.query.deadlineMs,
  }
}

/** The larger limit of the route is Arrow's; `__proto__` in a body is an attack, never data. */
function readJson(text: string): unknown {
  if (Buffer.byteLength(text) > limits.json.bytes) {
    throw coreErrors.create('BODY_TOO_LARGE', { limitKb: limits.json.bytes / 1024 })
  }
  try {
    return parse(text, { protoAction: 'error' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : 'no JSON'
    throw coreErrors.create('BODY_UNREADABLE', { reason }, { cause })
  }
}
