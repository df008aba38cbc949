import type { FastifyRequest } from 'fastify'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import { baseOf, type UiPath } from './ui-path.ts'

/** What a browser says it wants it for, where it would then run as a part of the page that asks. */
const running: ReadonlySet<unknown> = new Set([
  'script',
  'worker',
  'sharedworker',
  'serviceworker',
  'audioworklet',
  'paintworklet',
  'xslt',
])

/**
 * Whether a script of a plugin that is not trusted would run in the host's own origin, by what the browser says (Fetch
 * Metadata). A page of the host loads scripts of its origin: only the address would tell a stranger's from its own.
 */
export function isForeignScript(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { manifest }: InstalledVersion,
): boolean {
  if (manifest.runtime.tier === 'trusted') return false
  return headers['sec-fetch-site'] === 'same-origin' && running.has(headers['sec-fetch-dest'])
}

/**
 * Whether somebody would see a plugin's page by itself at an address of the host, where nothing tells it from a page of
 * the host's own that asks for a password.
 */
export function isBare({ headers }: Pick<FastifyRequest, 'headers'>, { path }: UiPath): boolean {
  return path.endsWith('.html') && headers['sec-fetch-dest'] === 'document'
}

/**
 * What a file of a user interface may do where it is shown by itself. An HTML file is a stranger's page in a frame: an
 * origin of its own, and nothing of the network but its own folder. What is no page runs nothing; only a worker of a
 * trusted plugin is held to the policy of the page that starts it.
 * @param origin of the host, as browsers see it
 */
export function policyOf(
  origin: string,
  of: InstalledVersion,
  { path }: UiPath,
): string | undefined {
  if (path.endsWith('.html')) return framePolicy(`${origin}${baseOf(of)}/`)
  const isOwnScript = of.manifest.runtime.tier === 'trusted' && /\.m?js$/.test(path)
  return isOwnScript ? undefined : "sandbox; default-src 'none'; style-src 'unsafe-inline'"
}

function framePolicy(folder: string): string {
  return [
    'sandbox allow-scripts',
    "default-src 'none'",
    `script-src ${folder}`,
    `style-src ${folder} 'unsafe-inline'`,
    `img-src ${folder} data:`,
    `font-src ${folder}`,
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

/**
 * Where browsers reach the host: sources of a page in an origin of its own cannot be named by 'self' everywhere.
 * @param publicOrigin as the operator says; undefined: whatever the request came to
 */
export function originOf(
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  publicOrigin: string | undefined,
): string {
  if (publicOrigin !== undefined) return publicOrigin
  const isHost = /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:]+\](:\d{1,5})?$/.test(host)
  return `${protocol}://${isHost ? host : 'localhost'}`
}
