import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Language, languageOf } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Pages hold nothing that not everybody may see: their scripts ask the API, as whoever looks. */
export const pageConfig = { action: 'host.probe' } as const

interface Shown {
  readonly language: Language
  readonly nonce: string
}

/** @param nonce of one page: what it did not write itself is not begun. Modules that its script imports are own files. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'self'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** A page of the host's own. @param html makes it */
export function sendPage(
  request: FastifyRequest<{ Querystring: { lang?: Language } }>,
  reply: FastifyReply,
  html: (shown: Shown) => string,
): FastifyReply {
  const language = request.query.lang ?? languageOf(request.headers['accept-language'])
  const nonce = randomBytes(18).toString('base64')
  return secured(reply)
    .header('content-security-policy', policyOf(nonce))
    .header('vary', 'accept-language')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html({ language, nonce }))
}

/** What pages load, and nothing else of the folder. @param files types by name */
export function pageParts(
  app: FastifyInstance,
  { url, folder, files }: { url: string; folder: string; files: Readonly<Record<string, string>> },
): void {
  for (const [name, type] of Object.entries(files)) {
    const content = readFileSync(join(folder, name), 'utf8')
    const schema = { hide: true }
    app.get(`${url}/${name}`, { config: pageConfig, schema }, async (_request, reply) =>
      secured(reply).header('cache-control', 'no-cache').type(type).send(content),
    )
  }
}

/** Data in a script element that is no script: nothing in it can end the element. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** A page that holds all it runs: nothing but what stands in it is run, and nobody frames it. */
export function selfContainedPolicy({ style, script }: { style: string; script: string }): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** What every page that is answered at an address of the host carries, whoever wrote it. */
export function secured(reply: FastifyReply): FastifyReply {
  return reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
}
