import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { strictObject } from '../gateway/http-schemas.ts'
import { pageConfig, secured } from '../gateway/own-page.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'

const folder = join(import.meta.dirname, 'page')

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
} as const

/** What the page loads, and nothing else of the folder. */
const parts = {
  'rollout.js': types.js,
  'event-stream.js': types.js,
  'evidence-chart.js': types.js,
  'texts.js': types.js,
  'rollout.css': types.css,
} as const

/** Own files only, no inline script or style, no HTML from text, no frame around the abort button. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/**
 * A page to watch one rollout. It holds no data, so that anyone may load it: what it shows, it asks of the
 * API with the token that the person gives it. Pages are no API, and OpenAPI does not list them.
 */
export function rolloutPage(app: FastifyInstance): void {
  const contents = new Map(
    ['rollout.html', ...Object.keys(parts)].map((name) => [
      name,
      readFileSync(join(folder, name), 'utf8'),
    ]),
  )
  const params = strictObject({ id: rolloutIdSchema }, ['id'])
  app.get(
    '/rollouts/:id',
    { config: pageConfig, schema: { hide: true, params } },
    async (_request, reply) => held(reply).type(types.html).send(contents.get('rollout.html')),
  )
  for (const [name, type] of Object.entries(parts)) {
    app.get(
      `/rollouts/page/${name}`,
      { config: pageConfig, schema: { hide: true } },
      async (_request, reply) => held(reply).type(type).send(contents.get(name)),
    )
  }
}

function held(reply: FastifyReply): FastifyReply {
  return secured(reply)
    .header('content-security-policy', contentSecurityPolicy)
    .header('cache-control', 'no-cache')
}
