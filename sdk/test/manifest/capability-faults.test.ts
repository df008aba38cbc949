import t from 'tap'
import { validateManifest } from '../../src/manifest/manifest.ts'

const why = { en: 'Because' }

/** Pointers of what is wrong with a manifest that asks for this. */
function faultsOf(capabilities: object, changes: object = {}): readonly string[] {
  const result = validateManifest({
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'Demo' },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    capabilities,
    ...changes,
  })
  return result.ok ? [] : result.faults.map(({ pointer }) => pointer)
}

t.test('requests go to origins of the manifest, of a setting, or of both', async (t) => {
  const origins = ['https://api.example.com']
  const config = { config: 'schemas/config.json' }
  t.strictSame(faultsOf({ 'http:fetch': [{ origins, why }] }), [])
  t.strictSame(faultsOf({ 'http:fetch': [{ originsFrom: '/url', why }] }, config), [])
  t.strictSame(faultsOf({ 'http:fetch': [{ origins, originsFrom: '/a/b', why }] }, config), [])
  const at = '/capabilities/http:fetch/0'
  t.strictSame(faultsOf({ 'http:fetch': [{ why }] }), [at])
  t.strictSame(faultsOf({ 'http:fetch': [{ originsFrom: '/url', why }] }), [`${at}/originsFrom`])
  for (const originsFrom of ['url', '/', '/a~1b', '/a//b', '']) {
    const faults = faultsOf({ 'http:fetch': [{ originsFrom, why }] }, config)
    t.strictSame(faults, [`${at}/originsFrom`], originsFrom)
  }
})

const secrets = [{ name: 'password', label: { en: 'Password' } }]

t.test('a secret that is used is one that a tenant can set', async (t) => {
  const wish = (name: string) => ({ 'secret:use': [{ name, why }] })
  t.strictSame(faultsOf(wish('password'), { secrets }), [])
  const at = ['/capabilities/secret:use/0/name']
  t.strictSame(faultsOf(wish('pasword'), { secrets }), at)
  t.strictSame(faultsOf(wish('password')), at)
})

t.test('only a trusted plugin is told a secret, and then no origin binds it', async (t) => {
  const trusted = { secrets, runtime: { tier: 'trusted', entry: 'dist/plugin.js' } }
  const wish = { name: 'password', reveal: true, why }
  const at = '/capabilities/secret:use/0'
  t.strictSame(faultsOf({ 'secret:use': [wish] }, trusted), [])
  t.strictSame(faultsOf({ 'secret:use': [wish] }, { secrets }), [`${at}/reveal`])
  const declarative = { secrets, runtime: { tier: 'declarative' } }
  t.strictSame(faultsOf({ 'secret:use': [wish] }, declarative), [`${at}/reveal`])
  t.strictSame(faultsOf({ 'secret:use': [{ ...wish, reveal: false }] }, trusted), [`${at}/reveal`])
  const bound = { ...wish, origins: ['https://api.example.com'] }
  t.strictSame(faultsOf({ 'secret:use': [bound] }, trusted), [`${at}/origins`])
})
