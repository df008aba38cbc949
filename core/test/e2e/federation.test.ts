import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { blocksBelow, Terminal } from '../support/command-blocks.ts'
import { HostProcess, OPERATOR_TOKEN, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { pricedProbe } from '../support/priced-probe.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { printedByCli } from '../support/run-cli.ts'
import { keyFile } from '../support/sealing.ts'
import { fingerprintOf } from '../support/two-marketplaces.ts'

async function settingsOf(environment: Readonly<Record<string, string>> = {}) {
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const keys = { SIGNALBOX_KEY_FILE: await keyFile(t) }
  const own = { PLUGIN_DATABASE_URL: pluginUrl, ...keys, ...environment }
  return { databaseUrl: hostUrl, environment: own }
}

/** The commands of the page, of a plugin that exists. @returns them line by line, as they are pasted */
async function linesOf(heading: string, names: Readonly<Record<string, string>>) {
  const [block = ''] = await blocksBelow('core/docs/federation.md', heading)
  let text = block
  for (const [name, real] of Object.entries(names)) text = text.replaceAll(name, real)
  return text.trimEnd().split('\n')
}

/** A terminal of an operator, whose commands speak to a host. */
async function terminalOf(t: Test, host: HostProcess): Promise<Terminal> {
  const folder = await temporaryHome(t)
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await symlink(join(import.meta.dirname, '../../bin/signalbox.mjs'), join(bin, 'signalbox'))
  await symlink(process.execPath, join(bin, 'node'))
  const terminal = new Terminal(folder, {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    SIGNALBOX_URL: host.url,
    SIGNALBOX_TOKEN: OPERATOR_TOKEN,
    SIGNALBOX_LANG: 'en',
  })
  t.teardown(() => terminal.close())
  return terminal
}

const home = await temporaryHome(t)
const upstream = await HostProcess.start(t, await settingsOf())
const settings = await settingsOf({ SIGNALBOX_FETCH_ALLOW: new URL(upstream.url).origin })
const host = await HostProcess.start(t, settings)
/** Of an app that calls the plugin. */
let key = ''
await publish(upstream, await probeVersion(home, '1.0.0'))

interface Shown {
  readonly versions: readonly {
    readonly version: string
    readonly marketplaceFingerprint: string
  }[]
}
const installed = (on: HostProcess) =>
  on.client.request<Shown>('GET', `/v1/plugins/${encodeURIComponent(probe)}`)

t.test(
  "a host takes a plugin from another one by the page's commands, and it serves",
  async (t) => {
    const unbound = host.client.request('POST', '/v1/plugins', { name: probe })
    t.equal((await refusal(unbound)).code, 'CORE_SCOPE_UNBOUND')
    const confirmed = await fingerprintOf(upstream)
    const terminal = await terminalOf(t, host)
    const [add = '', confirm = '', bind = '', install = '', ...rest] = await linesOf('Adding one', {
      'https://plugins.vendor.example': upstream.url,
      'SHA256:…': confirmed,
      '@acme/quality-gate': probe,
      '@acme': '@probe',
    })
    t.same(rest, [])
    const learnt = await terminal.paste(add)
    t.match(learnt, confirmed)
    t.match(learnt, 'compare')
    t.match(await terminal.paste(bind), /@probe[\s\S]*exit 0/)
    const early = await refusal(host.client.request('POST', '/v1/plugins', { name: probe }))
    t.equal(early.code, 'CORE_MARKETPLACE_STATE')
    // In the order of the page: to bind once more is harmless.
    for (const line of [confirm, bind, install]) t.match(await terminal.paste(line), /exit 0/, line)
    await publish(upstream, await probeVersion(home, '1.1.0'))
    key = (await setUpTenant(host, 'acme')).key
    const answer = await callProbe(host, key, 'echo', { text: 'from afar' })
    t.match(answer, { status: 200, body: { text: 'from afar' } })
    const { fingerprint } = await host.client.request<{ fingerprint: string }>(
      'GET',
      '/v1/marketplaces/vendor',
    )
    t.match((await installed(host)).versions, [
      { version: '1.0.0', marketplaceFingerprint: fingerprint },
    ])
  },
)

t.test('what was mirrored is served to npm here, with the signature it came with', async (t) => {
  await printedByCli(host, ['marketplace', 'mirror', 'vendor', probe, '1.1.0'])
  const read = (on: HostProcess) =>
    on.client.request<{ versions: Record<string, { dist: Record<string, unknown> }> }>(
      'GET',
      `/npm/${probe.replace('/', '%2f')}`,
    )
  const [here, there] = [await read(host), await read(upstream)]
  t.same(Object.keys(here.versions), ['1.0.0', '1.1.0'])
  t.same(here.versions['1.1.0']?.dist['integrity'], there.versions['1.1.0']?.dist['integrity'])
  t.same(here.versions['1.1.0']?.dist['signatures'], there.versions['1.1.0']?.dist['signatures'])
  t.match(here.versions['1.1.0']?.dist['tarball'], host.url)
  const { keys } = await host.client.request<{ keys: { keyid: string }[] }>(
    'GET',
    '/npm/-/npm/v1/keys',
  )
  const upstreamKey = await fingerprintOf(upstream)
  t.ok(keys.some(({ keyid }) => keyid === upstreamKey))
})

t.test('a tarball is verified link by link, beside what its marketplace says of it', async (t) => {
  const file = join(home, 'probe.tgz')
  const read = await fetch(`${upstream.url}/npm/${probe}/-/one-1.0.0.tgz`)
  const bytes = Buffer.from(await read.arrayBuffer())
  await writeFile(file, bytes)
  const pinned = ['--fingerprint', await fingerprintOf(upstream)]
  const { verified } = JSON.parse(
    await printedByCli(upstream, ['verify', file, ...pinned, '--json']),
  )
  t.match(verified, [{ name: probe, version: '1.0.0', publisher: 'operator', authorKey: null }])
  const stranger = `SHA256:${'a'.repeat(43)}`
  await t.rejects(
    printedByCli(upstream, ['verify', file, '--fingerprint', stranger]),
    /not trusted here/,
  )
  // The byte of the operating system, RFC 1952: what is unpacked is the same, and the bytes are not.
  bytes[9] = (bytes[9] ?? 0) ^ 1
  await writeFile(file, bytes)
  await t.rejects(printedByCli(upstream, ['verify', file, ...pinned]), /its bytes/)
})

t.test('what they block there is stopped here', async (t) => {
  const path = `/v1/marketplace/packages/${encodeURIComponent(probe)}/versions/1.1.0`
  await host.client.request('POST', '/v1/plugins', { name: probe, version: '1.1.0' })
  await upstream.client.request('POST', `${path}/block`, { reason: 'it counts twice' })
  await host.client.request('POST', '/v1/marketplaces/vendor/sync')
  const again = host.client.request('POST', '/v1/rollouts', { plugin: probe, version: '1.1.0' })
  t.equal((await refusal(again)).code, 'CORE_VERSION_WITHDRAWN')
  await upstream.client.request('POST', `${path}/unblock`, { reason: 'it does not' })
  await upstream.client.request('POST', `${path}/unyank`, { reason: 'it does not' })
})

t.test('a host without a network takes the same from a file', async (t) => {
  const island = await HostProcess.start(t, await settingsOf())
  const file = join(home, 'probe.bundle')
  const pasted = await linesOf('Without a network', {
    'https://plugins.vendor.example': upstream.url,
    'SHA256:…': await fingerprintOf(upstream),
    'acme.bundle': file,
    '@acme/quality-gate': `${probe}@1.0.0`,
    '@acme': '@probe',
  })
  const [bundle = '', , ...there] = pasted
  const terminal = await terminalOf(t, island)
  t.match(await terminal.paste(bundle), `${probe}@1.0.0`)
  const pinned = ['--fingerprint', await fingerprintOf(upstream)]
  const links = await printedByCli(island, ['verify', file, ...pinned])
  t.match(links, `${probe}@1.0.0`)
  t.match(links, /registry +SHA256:\S+: published by operator at 2/)
  const changed = await readFile(file)
  changed[changed.length - 4096] = (changed[changed.length - 4096] ?? 0) ^ 1
  await writeFile(`${file}.changed`, changed)
  await t.rejects(
    printedByCli(island, ['verify', `${file}.changed`, ...pinned]),
    /BUNDLE_REFUSED|refused/,
  )
  await printedByCli(island, ['marketplace', 'add', 'vendor'])
  const stranger = `SHA256:${'a'.repeat(43)}`
  await printedByCli(island, ['marketplace', 'confirm', 'vendor', stranger])
  await printedByCli(island, ['marketplace', 'bind', 'vendor', '@probe'])
  await t.rejects(
    printedByCli(island, ['marketplace', 'import', 'vendor', file]),
    /BUNDLE_REFUSED|no key/,
  )
  await printedByCli(island, ['marketplace', 'unbind', 'vendor', '@probe'])
  await printedByCli(island, ['marketplace', 'remove', 'vendor'])
  const [add = '', confirm = '', bind = '', take = '', install = ''] = there
  const paste = async (line: string) => t.match(await terminal.paste(line), /exit 0/, line)
  const imports = (from = file) => printedByCli(island, ['marketplace', 'import', 'vendor', from])
  const terms = (body: object) => island.client.request('PATCH', '/v1/marketplaces/vendor', body)
  for (const line of [add, confirm]) await paste(line)
  await t.rejects(imports(), /CORE_SCOPE_UNBOUND/)
  await paste(bind)
  await terms({ allow: ['@probe/other'] })
  await t.rejects(imports(), /CORE_PACKAGE_NOT_ALLOWED/)
  await terms({ allow: [], minimumAgeHours: 2 })
  await t.rejects(imports(), /CORE_VERSION_TOO_YOUNG/)
  await terms({ minimumAgeHours: 0 })
  const newer = `${file}.newer`
  await printedByCli(upstream, ['marketplace', 'bundle', `${probe}@1.1.0`, '--out', newer])
  t.match(await imports(newer), `${probe}@1.1.0`)
  // The older of the two comes after it.
  for (const line of [take, install]) await paste(line)
  const twice = await printedByCli(island, ['marketplace', 'import', 'vendor', file, '--json'])
  t.match(JSON.parse(twice), { taken: [], known: [`${probe}@1.0.0`] })
  const origin = (await installed(host)).versions.find(({ version }) => version === '1.0.0')
  t.match((await installed(island)).versions, [
    { version: '1.0.0', marketplaceFingerprint: origin?.marketplaceFingerprint },
  ])
})

t.test(
  'what has terms there is shown with them here, and installed by accepting them',
  async (t) => {
    await (await pricedProbe(t, upstream))('1.9.0', 1000)
    await printedByCli(host, ['marketplace', 'sync', 'vendor'])
    const path = `/v1/plugins/${encodeURIComponent(probe)}`
    const mirrored = async () =>
      Object.keys(
        (
          await host.client.request<{ versions: object }>(
            'GET',
            `/npm/${probe.replace('/', '%2f')}`,
          )
        ).versions,
      )
    t.match(await refusal(host.client.request('GET', `${path}/terms?version=1.9.0`)), {
      status: 404,
    })
    t.notOk((await mirrored()).includes('1.9.0'), 'to read mirrors nothing')
    const { hash, text } = await host.client.request<{ hash: string; text: { en: string } }>(
      'POST',
      `${path}:terms`,
      { version: '1.9.0' },
    )
    t.match(text.en, 'You pay what you use.')
    const wish = ['plugin', 'install', `${probe}@1.9.0`]
    await t.rejects(printedByCli(host, wish), { message: /CORE_TERMS_NOT_ACCEPTED/ })
    t.match(await printedByCli(host, ['plugin', 'show', `${probe}@1.9.0`]), hash)
    t.match(await printedByCli(host, [...wish, '--accept-terms', hash]), 'is installed')
  },
)

t.test(
  'with its marketplace gone, a host that starts again serves what came from it',
  async (t) => {
    await upstream.kill()
    await host.kill()
    const again = await HostProcess.start(t, { ...settings, home: host.home })
    await until(async () => (await callProbe(again, key, 'echo', { text: 'still' })).status === 200)
    const { client } = again
    const sync = await refusal(client.request('POST', '/v1/marketplaces/vendor/sync'))
    t.equal(sync.code, 'CORE_MARKETPLACE_UNREACHABLE')
    await client.request('POST', '/v1/plugins', { name: probe, version: '1.0.0' })
  },
)
