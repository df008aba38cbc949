import { Readable } from 'node:stream'
import { quotaOf, requireRoom } from '@signalbox/sdk/host-calls/blob-quota'
import { DEFAULT_TYPE, sha256Schema, typeSchema } from '@signalbox/sdk/host-calls/blob-rules'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { BlobOwner } from './blob-owner.ts'
import { recordRead } from './blob-read-audit.ts'
import type { BlobService } from './blob-service.ts'
import { findUsage, type StoredBlob } from './blob-store.ts'
import type { BlobUploads } from './blob-uploads.ts'
import { DigestCheck } from './content-digest.ts'
import { askedRange, isKnown } from './http-range.ts'
import { receiveBlob } from './receive-blob.ts'
import { Streams } from './streams.ts'

interface Ports {
  readonly knex: Knex
  readonly blobs: BlobService
  readonly uploads: BlobUploads
  /** What the tenant granted the plugin now. */
  readonly grantsOf: (tenant: string, plugin: string) => Parameters<typeof quotaOf>[0]
}

interface Named {
  readonly tenant: string
  readonly name: string
}

type NamedBlob = Named & { readonly sha256: string }

const tags = ['files of plugins']
const params = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])
const blobParams = strictObject(
  { tenant: idSchema, name: pluginNameSchema, sha256: sha256Schema },
  ['tenant', 'name', 'sha256'],
)

/** A plugin's files for the admins: listed, streamed out, streamed in. Registered in a scope of its own. */
export function blobRoutes(app: FastifyInstance, ports: Ports): void {
  const streams = new Streams()
  // Before the server waits for requests in flight: a large blob would be what it waits for.
  app.addHook('preClose', async () => streams.close())
  listRoute(app, ports)
  readRoute(app, ports, streams)
  writeRoute(app, ports, streams)
}

function listRoute(app: FastifyInstance, { knex, blobs, grantsOf }: Ports): void {
  app.get<{ Params: Named; Querystring: { limit: number; cursor?: string } }>(
    '/v1/tenants/:tenant/plugins/:name/blobs',
    {
      config: { action: 'blob.read' },
      schema: {
        tags,
        summary: 'The files that a plugin keeps in a tenant, and the room they take',
        params,
        querystring: strictObject({ ...pageSchema, cursor: sha256Schema }, []),
      },
    },
    async (request) => {
      const { limit } = request.query
      const owner = ownerOf(request.params)
      const found = await blobs.list(owner, request.query)
      const items = found.map(({ object, ...shown }) => shown)
      const quotaBytes = quotaOf(grantsOf(owner.tenant, owner.plugin)) ?? null
      return {
        ...pageOf(items, limit, ({ sha256 }) => sha256),
        usage: { ...(await findUsage(knex, owner)), quotaBytes },
      }
    },
  )
}

function readRoute(app: FastifyInstance, { knex, blobs }: Ports, streams: Streams): void {
  app.get<{ Params: NamedBlob }>(
    '/v1/tenants/:tenant/plugins/:name/blobs/:sha256',
    {
      config: { action: 'blob.read' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "One of a plugin's files, as it is; If-None-Match and a single Range are answered",
        params: blobParams,
      },
    },
    async (request, reply) => {
      const owner = ownerOf(request.params)
      const blob = await blobs.require(owner, request.params.sha256)
      const part = partOfRequest(request, reply, blob)
      if (part === undefined) return reply.code(304).send()
      if (request.principal.kind === 'operator') {
        await recordRead(knex, callerOf(request), owner, blob)
      }
      streams.out(reply.raw)
      reply.header('content-length', part.end - part.start)
      return reply.send(Readable.from(blobs.stream(owner, blob, part.start, part.end)))
    },
  )
}

/** Which bytes are to be sent, and the head that goes before them. @returns undefined: the client has them */
function partOfRequest(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { sha256, size, type }: StoredBlob,
): { start: number; end: number } | undefined {
  const etag = `"${sha256}"`
  const isFresh = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = askedRange(isFresh ? headers.range : undefined, size)
  const known = isKnown(headers['if-none-match'], etag)
  if (range.kind === 'unsatisfiable' && !known) {
    reply.header('content-range', `bytes */${size}`)
    throw coreErrors.create('BLOB_RANGE', { sha256, size, offset: headers.range })
  }
  reply.headers({
    etag,
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  })
  if (known) return undefined
  reply.headers({
    'content-type': type,
    'content-disposition': `attachment; filename="${sha256}"`,
    // If a browser shows it all the same, nothing in it runs or loads.
    'content-security-policy': "sandbox; default-src 'none'",
    'accept-ranges': 'bytes',
    'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  })
  if (range.kind !== 'part') return { start: 0, end: size }
  reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${size}`)
  return range
}

function writeRoute(app: FastifyInstance, ports: Ports, streams: Streams): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => done(null, body))
  app.put<{ Params: Named; Body: Readable | undefined }>(
    '/v1/tenants/:tenant/plugins/:name/blobs',
    {
      config: { action: 'blob.write' },
      schema: {
        tags,
        summary: 'Keep a file for a plugin: any bytes, checked by Content-Digest where it is sent',
        params,
      },
    },
    async (request, reply) => {
      const owner = ownerOf(request.params)
      const quotaBytes = quotaOf(ports.grantsOf(owner.tenant, owner.plugin))
      if (quotaBytes === undefined) {
        throw coreErrors.create('GRANT_MISSING', { ...owner, capability: 'blob:own' })
      }
      const type = typeOf(request.headers)
      const digest = new DigestCheck(request.headers)
      // What cannot fit is refused before it is sent; what fits is counted as it comes.
      const { bytes } = await findUsage(ports.knex, owner)
      requireRoom(owner, bytes, Number(request.headers['content-length'] ?? 0), quotaBytes)
      const change = callerOf(request)
      const head = await streams.in(request.body ?? Readable.from([]), (body) =>
        receiveBlob(ports, { owner, type, body, digest, quotaBytes, change }),
      )
      return reply.code(201).send(head)
    },
  )
}

const typePattern = new RegExp(typeSchema.pattern)

/** @throws CORE_MEDIA_TYPE_UNSUPPORTED for a type that could not be sent back, and for bytes that are packed for the way. */
function typeOf(headers: FastifyRequest['headers']): string {
  const { 'content-type': type = DEFAULT_TYPE, 'content-encoding': encoding = 'identity' } = headers
  if (typePattern.test(type) && encoding === 'identity') return type
  const told = encoding === 'identity' ? type : `${type}, ${encoding}`
  throw coreErrors.create('MEDIA_TYPE_UNSUPPORTED', { type: told.slice(0, 200) })
}

const ownerOf = ({ tenant, name }: Named): BlobOwner => ({ tenant, plugin: name })
