import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AssetReader } from '../assets/asset-reader.ts'
import { isKnown } from '../blobs/http-range.ts'
import { coreErrors } from '../errors.ts'
import { pageConfig } from '../gateway/own-page.ts'
import { type InstalledVersion, type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { acceptedEncodings, type CompressedFiles, siblingEnding } from './compressed-files.ts'
import { notFound } from './not-found.ts'
import type { UiFile, UiFiles } from './ui-files.ts'
import { isBare, isForeignScript, originOf, policyOf } from './ui-headers.ts'
import { type UiPath, uiPath } from './ui-path.ts'
import { isCompressible } from './ui-types.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly files: UiFiles
  readonly assets: Pick<AssetReader, 'whole'>
  readonly compressed: CompressedFiles
  /** Where browsers reach the host, where the operator says so. */
  readonly publicOrigin: string | undefined
}

/** What of a file is sent. */
interface Representation {
  readonly etag: string
  readonly size: number
  readonly encoding?: string
  readonly body: () => Buffer | Readable
}

/**
 * Files of the user interfaces of installed versions, for whoever asks: what is in a package is no secret. A version never
 * changes, so browsers keep what they have.
 */
export function uiRoutes(app: FastifyInstance, ports: Ports): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/ui/*',
    config: pageConfig,
    schema: { hide: true },
    handler: async (request, reply) => {
      const asked = uiPath(request.raw.url ?? '')
      const found = asked === undefined ? undefined : await findIn(ports, asked)
      if (asked === undefined || found === undefined) return notFound(reply)
      requirePlace(request, found.of, asked)
      const sent = await representation(ports, request, found, asked)
      describe(ports, request, reply, { ...found, asked, sent })
      if (isKnown(request.headers['if-none-match'], sent.etag)) return reply.code(304).send()
      reply.header('content-length', sent.size)
      return reply.send(request.method === 'HEAD' ? null : sent.body())
    },
  })
}

interface Found {
  readonly of: InstalledVersion
  readonly file: UiFile
}

async function findIn({ snapshot, files }: Ports, asked: UiPath): Promise<Found | undefined> {
  const of = snapshot().versions.get(versionKey(asked.plugin, asked.version))
  const file = of === undefined ? undefined : await files.find(of, asked.path)
  return of === undefined || file === undefined ? undefined : { of, file }
}

/** Compressed by the build where it did, or by this node, where the client can read it; else as it is. */
async function representation(
  { files, assets, compressed }: Ports,
  { headers }: FastifyRequest,
  { of, file }: Found,
  { type }: UiPath,
): Promise<Representation> {
  const whole = (one: UiFile) => assets.whole(of, one.path, one.size)
  const wanted = isCompressible(type) ? acceptedEncodings(headers['accept-encoding']) : []
  for (const encoding of wanted) {
    const sibling = await files.find(of, `${file.path}${siblingEnding[encoding]}`)
    if (sibling === undefined) continue
    const body = () => Readable.from(whole(sibling))
    return { etag: `"${sibling.sha256}"`, size: sibling.size, encoding, body }
  }
  for (const encoding of wanted) {
    const bytes = await compressed.of(file, encoding, () => gathered(whole(file)))
    if (bytes === undefined) continue
    return { etag: `"${file.sha256}-${encoding}"`, size: bytes.length, encoding, body: () => bytes }
  }
  return { etag: `"${file.sha256}"`, size: file.size, body: () => Readable.from(whole(file)) }
}

function describe(
  { publicOrigin }: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  { of, asked, sent }: Found & { readonly asked: UiPath; readonly sent: Representation },
): void {
  const policy = policyOf(originOf(request, publicOrigin), of, asked)
  reply.headers({
    'content-type': asked.type,
    'cache-control': 'public, max-age=31536000, immutable',
    etag: sent.etag,
    // Who asks for it, and as what, decides whether he gets it.
    vary: 'accept-encoding, sec-fetch-site, sec-fetch-dest',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-dns-prefetch-control': 'off',
    // A frame has an origin of its own: to it its own folder is another's.
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    ...(sent.encoding === undefined ? {} : { 'content-encoding': sent.encoding }),
    ...(policy === undefined ? {} : { 'content-security-policy': policy }),
  })
}

/** @throws CORE_PAGE_SCRIPT_FOREIGN, CORE_PAGE_FRAME_ONLY */
function requirePlace(request: FastifyRequest, of: InstalledVersion, asked: UiPath): void {
  const { plugin, version, path } = asked
  if (isForeignScript(request, of)) {
    const { tier } = of.manifest.runtime
    throw coreErrors.create('PAGE_SCRIPT_FOREIGN', { plugin, version, tier })
  }
  if (isBare(request, asked)) throw coreErrors.create('PAGE_FRAME_ONLY', { plugin, version, path })
}

async function gathered(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const chunk of chunks) pieces.push(chunk)
  return Buffer.concat(pieces)
}
