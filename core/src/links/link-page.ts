import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { secured } from '../gateway/own-page.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import type { SharedLink } from './link-store.ts'

export interface PagePorts {
  readonly assets: {
    read(of: InstalledVersion, path: string, asked: object): Promise<Buffer>
  }
  /** Where people reach the host, without a slash at the end. */
  readonly publicUrl: string
}

/** Whether a person's browser goes to the address, and no program that asks for the answer. */
export function wantsPage({
  method,
  headers,
}: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  return method === 'GET' && /(^|[,\s])text\/html\b/i.test(headers.accept ?? '')
}

/** The file that a version shows for links to an operation; undefined: it has none. */
export function pageNamed(
  { manifest }: InstalledVersion,
  { service, operation }: Pick<SharedLink, 'service' | 'operation'>,
): string | undefined {
  const asked = manifest.capabilities?.['link:share'] ?? []
  return asked.find((one) => one.operation === `${service}/${operation}`)?.page
}

/**
 * A page of a plugin's author, at the host's address: it has no origin, so that it is nobody whom the host knows by a cookie, and no
 * other page of the host is like it. It runs what stood in it when it was published, and asks nobody but links of this host.
 */
export async function sendLinkPage(
  { assets, publicUrl }: PagePorts,
  reply: FastifyReply,
  version: InstalledVersion,
  path: string,
): Promise<FastifyReply> {
  const page = await assets.read(version, path, {})
  return secured(reply)
    .headers({
      'content-security-policy': pagePolicy(page.toString('utf8'), `${publicUrl}/links/`),
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(page)
}

/** @param links what the page may ask */
export function pagePolicy(html: string, links: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    `connect-src ${links}`,
    'img-src blob: data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'sandbox allow-scripts allow-forms allow-downloads',
  ].join('; ')
}

/** Of what stands in the page itself; attributes and other files are not begun. */
function hashesOf(html: string, element: 'script' | 'style'): string {
  const written = html.matchAll(
    new RegExp(`<${element}(?:\\s[^>]*)?>([^]*?)</${element}\\s*>`, 'gi'),
  )
  const hashes = [...written].map(([, text = '']) => {
    const read = text.replace(/\r\n?/g, '\n')
    return `'sha256-${createHash('sha256').update(read).digest('base64')}'`
  })
  return hashes.length === 0 ? "'none'" : [...new Set(hashes)].join(' ')
}
