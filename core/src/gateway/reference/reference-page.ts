import { type Language, languages } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import { strictObject } from '../http-schemas.ts'
import { pageConfig, pageParts, sendPage } from '../own-page.ts'
import { referenceHtml } from './reference-html.ts'

const files = {
  'reference.js': 'text/javascript; charset=utf-8',
  'reference.css': 'text/css; charset=utf-8',
} as const

/** A page to read the host's own API, and to try it; made of /openapi.json in the browser, and of nothing from elsewhere. */
export function referencePage(app: FastifyInstance): void {
  app.get<{ Querystring: { lang?: Language } }>(
    '/docs',
    {
      config: pageConfig,
      schema: { hide: true, querystring: strictObject({ lang: { enum: languages } }, []) },
    },
    async (request, reply) => sendPage(request, reply, referenceHtml),
  )
  pageParts(app, { url: '/docs/page', folder: import.meta.dirname, files })
}
