import { randomBytes } from 'node:crypto'
import { languageOf } from '@signalbox/sdk/errors'
import type { HostPage } from '@signalbox/sdk/host-page'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AssetReader } from '../assets/asset-reader.ts'
import { pageConfig } from '../gateway/own-page.ts'
import type { Authenticated } from '../identity/authenticate.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { type Closed, closedPage, closedPolicy } from './closed-page.ts'
import { acceptedEncodings, type CompressedFiles } from './compressed-files.ts'
import { notFound } from './not-found.ts'
import { filledPage, pageHeaders, pagePolicy } from './page-html.ts'
import { isMounted, type PagePick, pageOf, pickPage, pluginAt } from './pick-page.ts'
import { baseOf } from './ui-path.ts'
import { type Viewer, viewerOf } from './viewer.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly assets: Pick<AssetReader, 'read'>
  readonly compressed: Pick<CompressedFiles, 'once'>
  /** Who looks; a wrong secret is nobody's. */
  readonly knownBy: (request: FastifyRequest, reply: FastifyReply) => Promise<Authenticated>
}

type PageRequest = FastifyRequest<{ Params: { page: string } }>

const statusOf: Readonly<Record<Closed, number>> = { 'not-enabled': 403, 'not-ready': 503 }

/**
 * Pages that plugins offer, at the paths that they name. They come and go with versions, so the routes are of any first
 * part that the host has no route of its own for; what nobody offers is answered as if there were none.
 */
export function pageRoutes(app: FastifyInstance, ports: Ports): void {
  for (const url of ['/:page(^[a-z][a-z0-9-]{1,40}$)', '/:page(^[a-z][a-z0-9-]{1,40}$)/*']) {
    app.route<{ Params: { page: string } }>({
      method: ['GET', 'HEAD'],
      url,
      config: pageConfig,
      schema: { hide: true },
      handler: (request, reply) => showPage(ports, request, reply),
    })
  }
}

async function showPage(
  ports: Ports,
  request: PageRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = `/${request.params.page}`
  const snapshot = ports.snapshot()
  const plugin = pluginAt(snapshot, path)
  if (plugin === undefined) return notFound(reply)
  const viewer = viewerOf(await ports.knownBy(request, reply))
  const pick = pickPage(snapshot, plugin, viewer)
  const closed = closedBy(snapshot, plugin, viewer, pick)
  if (closed !== undefined || pick.kind !== 'version') {
    return sendClosed(request, reply, closed ?? 'not-ready')
  }
  const page = pageOf(pick.version, path)
  // Another version has it, and this viewer's has not.
  if (page === undefined) return notFound(reply)
  return sendPage(ports, request, reply, { pick, page })
}

function closedBy(
  snapshot: Snapshot,
  plugin: string,
  viewer: Viewer,
  { kind }: PagePick,
): Closed | undefined {
  if (kind !== 'version') return kind
  return isMounted(snapshot, plugin, viewer) ? undefined : 'not-enabled'
}

async function sendPage(
  { assets, compressed }: Ports,
  request: PageRequest,
  reply: FastifyReply,
  { pick, page }: { pick: Extract<PagePick, { kind: 'version' }>; page: HostPage },
): Promise<FastifyReply> {
  const { version: of, arm } = pick
  const { plugin, version } = of
  const html = (await assets.read(of, page.entry, {})).toString('utf8')
  const nonce = randomBytes(18).toString('base64')
  const filled = filledPage(html, { plugin, version, arm, base: baseOf(of) }, nonce)
  reply.header('x-signalbox-page', versionKey(plugin, version))
  pageHeaders(reply, pagePolicy(nonce)).header('vary', 'accept-encoding')
  return sendCompressed(compressed, request, reply, Buffer.from(filled))
}

/**
 * How long an answer is tells nothing of what is in it: nothing of a request is, and no secret that a second answer has too
 * (the attack BREACH needs both).
 */
async function sendCompressed(
  compressed: Ports['compressed'],
  request: PageRequest,
  reply: FastifyReply,
  html: Buffer,
): Promise<FastifyReply> {
  const [encoding] = acceptedEncodings(request.headers['accept-encoding'])
  const bytes = encoding === undefined ? undefined : await compressed.once(html, encoding)
  if (encoding === undefined || bytes === undefined) return sendHtml(request, reply, html)
  return sendHtml(request, reply.header('content-encoding', encoding), bytes)
}

function sendClosed(request: PageRequest, reply: FastifyReply, why: Closed): FastifyReply {
  const html = closedPage(why, languageOf(request.headers['accept-language']))
  reply.code(statusOf[why]).header('vary', 'accept-language')
  return sendHtml(request, pageHeaders(reply, closedPolicy), html)
}

function sendHtml(
  { method }: PageRequest,
  reply: FastifyReply,
  html: string | Buffer,
): FastifyReply {
  reply.header('content-length', Buffer.byteLength(html))
  return reply.send(method === 'HEAD' ? null : html)
}
