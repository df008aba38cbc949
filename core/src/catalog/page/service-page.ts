import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Language, languageOf, languages } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { serviceIdSchema, strictObject } from '../../gateway/http-schemas.ts'
import { serviceHtml } from './service-html.ts'

/** What the page loads, and nothing else of the folder. */
const parts = {
  'service.js': 'text/javascript; charset=utf-8',
  'snippets.js': 'text/javascript; charset=utf-8',
  'service.css': 'text/css; charset=utf-8',
} as const

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

const config = { action: 'host.probe' } as const

/**
 * A page to read about a service and to try it. It holds nothing of the service, so that anyone may load it: whether there
 * is one, and what it is, the script asks of the API as the session or the key that looks, and only one place decides who
 * may. Pages are no API, and OpenAPI does not list them.
 */
export function servicePage(app: FastifyInstance): void {
  app.get<{ Params: { id: string }; Querystring: { lang?: Language } }>(
    '/catalog/:id',
    {
      config,
      schema: {
        hide: true,
        params: strictObject({ id: serviceIdSchema }, ['id']),
        querystring: strictObject({ lang: { enum: languages } }, []),
      },
    },
    async (request, reply) => {
      const language = request.query.lang ?? languageOf(request.headers['accept-language'])
      const nonce = randomBytes(18).toString('base64')
      return secured(reply)
        .header('content-security-policy', policyOf(nonce))
        .header('vary', 'accept-language')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(serviceHtml({ id: request.params.id, language, nonce }))
    },
  )
  for (const [name, type] of Object.entries(parts)) {
    const content = readFileSync(join(import.meta.dirname, name), 'utf8')
    app.get(`/catalog/page/${name}`, { config, schema: { hide: true } }, async (_request, reply) =>
      secured(reply).header('cache-control', 'no-cache').type(type).send(content),
    )
  }
}

function secured(reply: FastifyReply): FastifyReply {
  return reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
}
