import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import type { CallRecord } from '../../src/audit/call-audit.ts'
import { EffectAudit } from '../../src/broker/effect-audit.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import { coreErrors } from '../../src/errors.ts'
import { type FollowPorts, followLink } from '../../src/links/follow-link.ts'
import { insertLink, revokeLink } from '../../src/links/link-store.ts'
import { LinkVisits } from '../../src/links/link-visits.ts'
import { linkHash } from '../../src/links/links-calls.ts'
import { emptySnapshot, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const plugin = '@test/one'
await knex('tenants').insert({ id: 'acme', name: 'Acme' })
await knex('plugins').insert({ name: plugin })

const expiresAt = '2027-01-01T00:00:00.000Z'
for (const operation of ['view', 'sign']) {
  const link = { id: `link_${operation}`, tenant: 'acme', plugin, service: 'docs.one', major: 1 }
  const input = { document: 'a' }
  const hash = linkHash(`lnk_${operation}`)
  await insertLink(knex, { ...link, operation, input, expiresAt, hash }, 10)
}
const grants = ['view', 'sign'].map((operation) => ({
  id: `grt_${operation}`,
  capability: 'link:share',
  parameters: { operation: `docs.one/${operation}`, ttl: '7d' },
}))

const pages = [{ operation: 'docs.one/sign', page: 'assets/sign.html' }]
const audited: CallRecord[] = []
const uses: GrantUse[] = []
/** What the handler finds in the audit when it begins; undefined: it did not run. */
let handled: readonly object[] | undefined
let failure: Error | undefined

const entries = () => knex('audit_entries').where({ action: 'link.followed' }).orderBy('id')
const caller = {
  target: ({ operation }: { operation: string }) => ({
    operation: { definition: { safe: operation === 'view' }, deadlineMs: 1000 },
    version: { version: '1.0.0', manifest: { capabilities: { 'link:share': pages } } },
    arm: 'stable',
  }),
  callTarget: async () => {
    handled = await entries()
    if (failure !== undefined) throw failure
    return { outputJson: '{}', plugin, version: '1.0.0', arm: 'stable' }
  },
}
let monotonic = 0
const ports: FollowPorts = {
  knex,
  snapshot: () => ({ ...emptySnapshot, grants: new Map([[tenantKey('acme', plugin), grants]]) }),
  caller: caller as never,
  limiter: new RateLimiter(() => monotonic),
  visits: new LinkVisits({
    audit: { add: (record) => audited.push(record) },
    effects: new EffectAudit(knex),
    onUse: (use) => uses.push(use),
  }),
  assets: { read: async (_version, path) => Buffer.from(`<title>${path}</title>`) },
  publicUrl: 'https://host.example',
  now: () => Date.UTC(2026, 0, 1),
}

const sent: unknown[] = []

function follow(token: string, { method = 'POST', body = {} as unknown, accept = '*/*' } = {}) {
  monotonic += 10_000
  audited.length = 0
  uses.length = 0
  sent.length = 0
  handled = undefined
  const trace = { traceId: 'trace', spanId: 'span' }
  const headers = { accept }
  const request = { params: { token }, ip: '192.0.2.1', method, query: {}, body, headers, trace }
  const raw = { socket: { destroyed: false }, writableEnded: false }
  const reply = {
    ...{ header: () => reply, headers: () => reply, type: () => reply, request: { raw }, raw },
    send: (page: unknown) => sent.push(page),
  }
  return followLink(ports, request as never, reply as never)
}

t.test('a visit that may change something is in the audit before its handler runs', async (t) => {
  await follow('lnk_sign')
  t.match(handled, [
    {
      tenant: 'acme',
      actor: 'link:acme/link_sign',
      subject: 'docs.one@1/sign',
      outcome: 'begun',
      trace_id: 'trace',
      detail: { plugin },
    },
  ])
  t.match(audited, [
    { actor: 'link:acme/link_sign', subject: 'docs.one@1/sign', outcome: 'done', safe: false },
  ])
  t.notMatch(JSON.stringify([await entries(), audited]), 'lnk_', 'the address opens the link')
})

t.test('where that entry cannot be written, nothing runs', async (t) => {
  await knex.raw('alter table audit_entries rename to audit_entries_away')
  await t.rejects(follow('lnk_sign'))
  await knex.raw('alter table audit_entries_away rename to audit_entries')
  t.equal(handled, undefined)
  t.same(uses, [])
  t.match(audited, [{ outcome: 'failed', safe: false }])
})

t.test('a visit that only reads costs no row of its own', async (t) => {
  const before = (await entries()).length
  for (let visit = 0; visit < 3; visit++) {
    await follow('lnk_view', { method: 'GET' })
    t.match(audited, [{ actor: 'link:acme/link_view', outcome: 'done', safe: true }])
  }
  t.equal((await entries()).length, before)
})

t.test('who follows a link uses the grant that it was shared by', async (t) => {
  await follow('lnk_view', { method: 'GET' })
  const use = { tenant: 'acme', plugin, version: '1.0.0', capability: 'link:share' }
  t.match(uses, [{ ...use, grant: 'grt_view', facet: 'docs.one/view', outcome: 'done' }])
  failure = coreErrors.create('INTERNAL')
  await t.rejects(follow('lnk_sign'), { code: 'CORE_INTERNAL' })
  t.match(uses, [{ ...use, grant: 'grt_sign', outcome: 'CORE_INTERNAL' }])
  failure = undefined
})

t.test('a browser is shown the page of the operation, and that is no visit', async (t) => {
  const html = 'text/html,application/xhtml+xml,*/*;q=0.8'
  await follow('lnk_sign', { method: 'GET', accept: html })
  t.equal(String(sent), '<title>assets/sign.html</title>')
  t.same([audited, uses, handled], [[], [], undefined])
  await follow('lnk_view', { method: 'GET', accept: html })
  t.match([sent, audited], [[], [{ outcome: 'done' }]], 'an operation without a page')
  await follow('lnk_sign', { accept: html })
  t.match([sent, audited], [[], [{ outcome: 'done' }]], 'a POST calls, whatever it accepts')
})

t.test('a visit that is refused is audited as such, and uses nothing', async (t) => {
  await t.rejects(follow('lnk_sign', { method: 'GET' }), { code: 'CORE_METHOD_NOT_SAFE' })
  t.match(audited, [{ actor: 'link:acme/link_sign', outcome: 'CORE_METHOD_NOT_SAFE' }])
  await t.rejects(follow('lnk_sign', { body: [] }), { code: 'CORE_INPUT_INVALID' })
  await revokeLink(knex, { tenant: 'acme', id: 'link_view' })
  await t.rejects(follow('lnk_view', { method: 'GET' }), { code: 'CORE_LINK_EXPIRED' })
  t.match(audited, [{ tenant: 'acme', outcome: 'CORE_LINK_EXPIRED', safe: true }])
  await t.rejects(follow('lnk_unknown'), { code: 'CORE_LINK_MISSING' })
  t.same(audited, [], 'a stranger without a link is nobody of a tenant')
  t.same([uses, handled], [[], undefined])
})
