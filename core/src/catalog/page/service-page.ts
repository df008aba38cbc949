import { type Language, languages } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import { serviceIdSchema, strictObject } from '../../gateway/http-schemas.ts'
import { pageConfig, pageParts, sendPage } from '../../gateway/own-page.ts'
import { serviceHtml } from './service-html.ts'

const files = {
  'service.js': 'text/javascript; charset=utf-8',
  'snippets.js': 'text/javascript; charset=utf-8',
  'service.css': 'text/css; charset=utf-8',
} as const

/**
 * A page to read about a service and to try it. It holds nothing of the service, so that anyone may load it: whether there
 * is one, and what it is, the script asks of the API as the session or the key that looks, and only one place decides who
 * may. Pages are no API, and OpenAPI does not list them.
 */
export function servicePage(app: FastifyInstance): void {
  app.get<{ Params: { id: string }; Querystring: { lang?: Language } }>(
    '/catalog/:id',
    {
      config: pageConfig,
      schema: {
        hide: true,
        params: strictObject({ id: serviceIdSchema }, ['id']),
        querystring: strictObject({ lang: { enum: languages } }, []),
      },
    },
    async (request, reply) =>
      sendPage(request, reply, (shown) => serviceHtml({ id: request.params.id, ...shown })),
  )
  pageParts(app, { url: '/catalog/page', folder: import.meta.dirname, files })
}
