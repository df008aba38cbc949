import { randomBytes } from 'node:crypto'
import { sandboxErrors } from '@signalbox/sandbox'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { BundleCache } from '../../src/broker/bundle-cache.ts'
import { isGenuine, macOf } from '../../src/registry/compiled-bundle.ts'
import { CompiledBundleService } from '../../src/registry/compiled-bundle-service.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const key = randomBytes(32)
const source = Buffer.from('source')
const bundleOf = () => ({
  plugin: '@test/guest',
  version: '1.0.0',
  bundleSha256: randomBytes(32).toString('hex'),
})

const serviceWith = (compile: () => Promise<Buffer>, compiler = 'v8-1') => {
  const lines: string[] = []
  const write = (_: object, message: string) => lines.push(message)
  const log = { info: write, warn: write }
  return { lines, service: new CompiledBundleService({ knex, key, compiler, compile, log }) }
}

t.test('a MAC holds for its code, its bundle and its compiler, and for nothing else', async (t) => {
  const name = { bundleSha256: 'a'.repeat(64), compiler: 'b'.repeat(64) }
  const code = randomBytes(100)
  const mac = macOf(key, name, code)
  t.ok(isGenuine(key, name, code, mac))
  const flipped = Buffer.from(code)
  flipped[50] = (flipped[50] as number) ^ 1
  t.notOk(isGenuine(key, name, flipped, mac), 'one bit of the code')
  t.notOk(isGenuine(key, { ...name, bundleSha256: 'c'.repeat(64) }, code, mac), 'other bundle')
  t.notOk(isGenuine(key, { ...name, compiler: 'c'.repeat(64) }, code, mac), 'other compiler')
  t.notOk(isGenuine(randomBytes(32), name, code, mac), 'other key')
  t.notOk(isGenuine(key, name, code, mac.subarray(0, 16)), 'a part of it')
})

t.test('code is made once, kept, and found by every node of the same compiler', async (t) => {
  let made = 0
  const compile = async () => Buffer.from(`code ${++made}`)
  const { service } = serviceWith(compile)
  const of = bundleOf()
  t.equal(await service.find(of), undefined)
  const both = await Promise.all([service.ensure(of, source), service.ensure(of, source)])
  t.same(both.map(String), ['code 1', 'code 1'])
  t.equal(String(await serviceWith(compile).service.find(of)), 'code 1')
  const upgraded = serviceWith(compile, 'v8-2').service
  t.equal(await upgraded.find(of), undefined, 'another V8 has no use for it')
  t.equal(String(await upgraded.ensure(of, source)), 'code 2')
  t.equal(String(await service.find(of)), 'code 1')
})

t.test('code that was changed in the database is not handed on, and made anew', async (t) => {
  const { service, lines } = serviceWith(async () => Buffer.from('code'))
  const of = bundleOf()
  await service.ensure(of, source)
  await knex('compiled_bundles')
    .where({ bundle_sha256: of.bundleSha256 })
    .update({ code: Buffer.from('evil') })
  t.equal(await service.find(of), undefined)
  t.equal(lines.length, 1)
  t.equal(String(await service.ensure(of, source)), 'code')
})

t.test('what cannot be compiled is told once and not tried again', async (t) => {
  let tries = 0
  const { service, lines } = serviceWith(async () => {
    tries++
    throw new Error('no')
  })
  const of = bundleOf()
  t.equal(await service.ensure(of, source), undefined)
  t.equal(await service.ensure(of, source), undefined)
  t.equal(tries, 1)
  t.equal(lines.length, 1)
})

t.test('a bundle that found the compiler busy is compiled at a later load', async (t) => {
  let isBusy = true
  const { service } = serviceWith(async () => {
    if (isBusy)
      throw sandboxErrors.create('COMPILE_BUSY', { ...bundleOf(), reached: 16, limit: 16 })
    return Buffer.from('code')
  })
  const cache = new BundleCache({
    read: async () => source,
    compiled: service,
  })
  const of = bundleOf()
  t.equal(await service.ensure(of, source), undefined)
  t.same(await cache.load(of), { source })
  isBusy = false
  await until(async () => (await cache.load(of)).compiled !== undefined)
  t.equal(String(await service.find(of)), 'code')
})

t.test('a load never waits for a compiler, and never fails over one', async (t) => {
  const of = bundleOf()
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const { service } = serviceWith(() => promise)
  const cache = new BundleCache({
    read: async () => source,
    compiled: service,
  })
  t.same(await cache.load(of), { source }, 'the first load goes without')
  resolve(Buffer.from('code'))
  await service.make(of, source)
  const next = await cache.load(of)
  t.equal(String(next.compiled), 'code')
  next.onCompiledRejected?.()
  t.same(await cache.load(of), { source }, 'what a lane did not take is given to none')
  t.equal(await service.make(of, source), undefined)

  const away = createKnex('postgres://127.0.0.1:1/none')
  t.teardown(() => away.destroy())
  const log = { info: () => undefined, warn: () => undefined }
  const compile = async () => Buffer.from('code')
  const ports = { knex: away, key, compiler: 'v8-1', compile, log }
  const compiled = new CompiledBundleService(ports)
  const other = new BundleCache({
    read: async () => source,
    compiled,
  })
  t.match(await other.load(bundleOf()), { source }, 'with the database away')
})
