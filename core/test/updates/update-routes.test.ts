import fastify from 'fastify'
import t from 'tap'
import { coreErrors } from '../../src/errors.ts'
import type { Page } from '../../src/identity/identity-store.ts'
import { listPlugins } from '../../src/registry/registry-store.ts'
import type { OutlookReader } from '../../src/updates/outlook-reader.ts'
import { updateReason } from '../../src/updates/update-reasons.ts'
import { updateRoutes } from '../../src/updates/update-routes.ts'
import type { UpdateService } from '../../src/updates/update-service.ts'
import { openRollouts } from '../support/rollouts.ts'

const { knex } = await openRollouts(t, ['one', 'three', 'two'])
const minimumAgeHours = { marketplace: 24, host: 0, plugin: 0, effective: 24 }
const publishedAt = Date.parse('2026-06-01T12:00:00Z')
const kept = (...of: Parameters<typeof updateReason>) => [updateReason(...of)]
let isAway = false

const outlooks = {
  plugins: (page: Page) => listPlugins(knex, page),
  read: async (plugin: string) => {
    if (isAway) throw coreErrors.create('DATABASE_UNAVAILABLE', {})
    if (plugin === 'three') throw coreErrors.create('PACKAGE_MISSING', { plugin, version: '1.1.0' })
    const versions = [
      { version: '2.0.0', publishedAt, reasons: kept('beyond-range', '^1.0.0') },
      { version: '1.1.0', publishedAt, reasons: kept('too-young', '24', publishedAt + 1) },
    ]
    return { plugin, mode: 'minor', stable: '1.0.0', minimumAgeHours, next: null, versions, now: 0 }
  },
} as unknown as OutlookReader

const app = fastify()
updateRoutes(app, { knex, outlooks, updates: {} as UpdateService })
t.teardown(() => app.close())

const list = (query = '') => app.inject({ url: `/v1/updates${query}` })

t.test('of each plugin the newest version is told that may still come by itself', async (t) => {
  const { items, next } = (await list('?limit=1')).json()
  t.equal(next, 'one')
  t.match(items, [
    {
      ...{ plugin: 'one', stable: '1.0.0', next: null, fault: null },
      candidate: { version: '1.1.0', waitsFor: [{ code: 'too-young', until: /^2026-06-01T12/ }] },
    },
  ])
})

t.test('a plugin whose package cannot be read does not hide the others', async (t) => {
  const { items } = (await list()).json()
  t.match(items, [
    { plugin: 'one', fault: null },
    { plugin: 'three', candidate: null, fault: { code: 'CORE_PACKAGE_MISSING' } },
    { plugin: 'two', fault: null },
  ])
})

t.test('an outage is told as one, and not as a fault of every plugin', async (t) => {
  isAway = true
  t.equal((await list()).statusCode, 503)
})

t.test('a page is bounded: each plugin of it costs a look at its versions', async (t) => {
  t.equal((await list('?limit=51')).statusCode, 400)
})
