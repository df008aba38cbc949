import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { packageNotFound } from '../packages/change-package.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import { findHead } from '../packages/package-store.ts'
import type { DownloadRecorder } from './download-recorder.ts'
import { downloadsByDay } from './download-store.ts'
import { daysOf, parsePeriod } from './period.ts'

type Params = Partial<PackageParams> & { readonly period: string }

interface Ports {
  readonly knex: Knex
  now(): number
  readonly downloads: DownloadRecorder
}

/** Download counts as npm's own service answers them (api.npmjs.org), beneath the registry. */
export function downloadRoutes(app: FastifyInstance, { knex, now, downloads }: Ports): void {
  app.addHook('onClose', () => downloads.stop())
  async function read({ period: text, name: base, scope }: Params) {
    const period = parsePeriod(text, now())
    const name = base === undefined ? undefined : nameOf(scope, base)
    if (name !== undefined && (await findHead(knex, name)) === undefined)
      throw packageNotFound(name)
    return { period, name, counts: await downloadsByDay(knex, period, name) }
  }
  for (const pattern of ['', ...packagePatterns]) {
    app.get<{ Params: Params }>(`/downloads/point/:period${pattern}`, async (request) => {
      const { period, name, counts } = await read(request.params)
      const sum = [...counts.values()].reduce((total, count) => total + count, 0)
      return { downloads: sum, ...period, ...(name === undefined ? {} : { package: name }) }
    })
    app.get<{ Params: Params }>(`/downloads/range/:period${pattern}`, async (request) => {
      const { period, name, counts } = await read(request.params)
      const downloads = daysOf(period).map((day) => ({ downloads: counts.get(day) ?? 0, day }))
      return { ...period, ...(name === undefined ? {} : { package: name }), downloads }
    })
  }
}

function nameOf(scope: string | undefined, name: string): string {
  return packageOf(scope === undefined ? { name } : { scope, name }).full
}
