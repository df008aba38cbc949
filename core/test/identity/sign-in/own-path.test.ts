import t from 'tap'
import { ownPath } from '../../../src/identity/sign-in/own-path.ts'

const here = 'https://box.acme.example'

t.test('any path of this host leads back, encoded or not', (t) => {
  const rows: readonly [given: string, wanted: string][] = [
    ['/catalog/inventory.forecast', '/catalog/inventory.forecast'],
    ['/console', '/console'],
    ['/console/rollouts/abc?of=%E4%B8%9C#step-2', '/console/rollouts/abc?of=%E4%B8%9C#step-2'],
    ['%2Fconsole%2Forders%3Fday%3D2026-01-01%26x%3D1%23a', '/console/orders?day=2026-01-01&x=1#a'],
    ['/console/../sign-in', '/sign-in'],
    ['/', '/'],
    ['/console//two', '/console//two'],
    ['/@evil.example', '/@evil.example'],
    ['/https://evil.example', '/https://evil.example'],
    ['/%252F%252Fevil.example', '/%2F%2Fevil.example'],
  ]
  for (const [given, wanted] of rows) t.equal(ownPath(given, here), `${here}${wanted}`, given)
  t.end()
})

t.test('what leads elsewhere leads nowhere', (t) => {
  for (const given of [
    '',
    'console',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/console\\..\\..\\evil',
    '%2F%2Fevil.example',
    '%2f%5cevil.example',
    '/%2Fevil.example',
    '/%5Cevil.example',
    '/\t/evil.example',
    '/%09/evil.example',
    '/%0A/evil.example',
    '/%0D%0A/evil.example',
    '/%00/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/x/..//evil.example',
    'http://evil.example/',
    'https:evil.example',
    'http:%2F%2Fevil.example',
    'javascript:alert(1)',
    'javascript%3Aalert(1)',
    'data:text/html,x',
    ' //evil.example',
    ' /console',
    '@evil.example',
    '.evil.example',
    '/%',
    '/%E4%B8',
  ]) {
    t.equal(ownPath(given, here), undefined, JSON.stringify(given))
  }
  t.end()
})

t.test('it stands by itself, as the page takes it', (t) => {
  t.notMatch(ownPath.toString(), /: string|<\/|import/)
  t.end()
})
