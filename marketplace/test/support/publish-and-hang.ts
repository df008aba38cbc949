import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify from 'fastify'
import { pageParts, sendPage } from '../../../core/src/gateway/own-page.ts'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { isDatabaseUnavailable } from '../../../core/src/storage/database-unavailable.ts'
import { marketplace } from '../../src/marketplace.ts'
import { KnownRevisions } from '../../src/packages/known-revisions.ts'
import { inspectHonestly } from './inspect-honestly.ts'
import { openRegistryKeys } from './registry-keys.ts'

/**
 * A host that stops in the last statement before the commit of a publish, says so on its IPC channel, and
 * waits to be killed. `argv[2]` is the database, `argv[3]` the operator's token, `argv[4]` the file of the host's keys.
 */
const [, , url = '', operatorToken = '', keys = ''] = process.argv
const knex = createKnex(url, { pool: 4 })
const app = Fastify({ logger: false })
await app.register(marketplace, {
  prefix: '/npm',
  knex,
  revisions: new KnownRevisions({ knex, monotonic: () => performance.now() }),
  contents: createContentStore(knex),
  inspectPackage: inspectHonestly,
  registryKeys: await openRegistryKeys(knex, keys),
  isOperatorToken: (token) => token === operatorToken,
  isDatabaseUnavailable,
  isInstalled: async () => false,
  pages: { send: sendPage, parts: pageParts },
  publicUrl: () => 'http://127.0.0.1/npm',
  now: Date.now,
  randomBytes: (count) => randomBytes(count),
  audit: async () => {
    process.send?.('before-commit')
    await delay(60_000)
  },
})
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) })
