import t from 'tap'
import { isBare, isForeignScript, originOf, policyOf } from '../../src/pages/ui-headers.ts'
import { type UiPath, uiPath } from '../../src/pages/ui-path.ts'
import type { InstalledVersion } from '../../src/rollout/routing/snapshot.ts'
import { versionOf } from '../support/contributors.ts'

const stranger = versionOf('@a/one', '1.0.0', undefined)
const runtime = { ...stranger.manifest.runtime, tier: 'trusted' } as const
const trusted: InstalledVersion = { ...stranger, manifest: { ...stranger.manifest, runtime } }
const file = (name: string) => uiPath(`/ui/@a/one/1.0.0/ui/${name}`) as UiPath
const asked = (site: string, dest: string) => ({
  headers: { 'sec-fetch-site': site, 'sec-fetch-dest': dest },
})

t.test('a script runs in the origin of the host only where its plugin is trusted', async (t) => {
  for (const dest of ['script', 'worker', 'sharedworker', 'serviceworker']) {
    t.equal(isForeignScript(asked('same-origin', dest), stranger), true, dest)
    t.equal(isForeignScript(asked('same-origin', dest), trusted), false, dest)
    t.equal(isForeignScript(asked('cross-site', dest), stranger), false, dest)
  }
  t.equal(isForeignScript(asked('same-origin', 'image'), stranger), false)
})

t.test('an HTML file is for frames', async (t) => {
  t.equal(isBare(asked('none', 'document'), file('page.html')), true)
  t.equal(isBare(asked('same-origin', 'iframe'), file('page.html')), false)
  t.equal(isBare(asked('none', 'document'), file('page.css')), false)
})

t.test('a frame has the folder of its version, and what is no page runs nothing', async (t) => {
  const policy = policyOf('https://host.example', stranger, file('page.html')) ?? ''
  const folder = 'https://host.example/ui/@a/one/1.0.0/ui/'
  t.match(policy, `script-src ${folder};`)
  t.match(policy, /^sandbox allow-scripts; default-src 'none';/)
  for (const name of ['drawing.svg', 'page.js', 'data.json']) {
    t.match(policyOf('https://host.example', stranger, file(name)), /^sandbox; default-src 'none'/)
  }
  t.equal(policyOf('https://host.example', trusted, file('worker.js')), undefined)
})

t.test('an origin that could end a policy is none', async (t) => {
  t.equal(
    originOf({ protocol: 'http', host: '127.0.0.1:4400' }, undefined),
    'http://127.0.0.1:4400',
  )
  t.equal(originOf({ protocol: 'http', host: '[::1]:80' }, undefined), 'http://[::1]:80')
  t.equal(originOf({ protocol: 'http', host: 'x; script-src *' }, undefined), 'http://localhost')
  t.equal(originOf({ protocol: 'http', host: 'x' }, 'https://host.example'), 'https://host.example')
})
