import t from 'tap'
import { baseOf, uiPath } from '../../src/pages/ui-path.ts'

t.test('a file of a version has an address, with a scope or without', async (t) => {
  t.strictSame(uiPath('/ui/@acme/desk/1.2.0/ui/assets/index-BxK3_a.js?x=1'), {
    plugin: '@acme/desk',
    version: '1.2.0',
    path: 'ui/assets/index-BxK3_a.js',
    type: 'text/javascript; charset=utf-8',
  })
  t.match(uiPath('/ui/desk/1.2.0-rc.1+b.2/ui/page.html'), {
    plugin: 'desk',
    version: '1.2.0-rc.1+b.2',
  })
  t.match(uiPath('/ui/%40acme%2Fdesk/1.2.0/ui/a.css'), { plugin: '@acme/desk' })
  t.equal(baseOf({ plugin: '@acme/desk', version: '1.2.0' }), '/ui/@acme/desk/1.2.0/ui')
})

t.test('whatever is spelt otherwise names nothing', async (t) => {
  const base = '/ui/@acme/desk/1.2.0'
  for (const path of [
    '/package.json',
    '/dist/plugin.js',
    '/ui',
    '/ui/',
    '/ui/../package.json',
    '/ui/../dist/plugin.js',
    '/ui/./index.html',
    '/ui//index.html',
    '/ui/%2e%2e/dist/plugin.js',
    '/ui/%2E%2E%2Fdist/plugin.js',
    '/ui/..%2fdist/plugin.js',
    '/ui/..%5cdist%5cplugin.js',
    '/ui/..\\dist\\plugin.js',
    '/ui/%252e%252e/dist/plugin.js',
    '/ui/%25252e%25252e/dist/plugin.js',
    '/ui/%c0%ae%c0%ae/dist/plugin.js',
    '/ui/%uff0e%uff0e/dist/plugin.js',
    '/ui/index.html%00.js',
    '/ui/index.html\u0000.js',
    '/ui/index.html;.js',
    '/ui/index%2ehtml',
    '/ui/.env.js',
    '/ui/a/.git/config.txt',
    '/ui/index.html/',
    '/ui/index',
    '/ui/index.exe',
    '/ui/index.HTML',
    '/ui/index.__proto__',
    '/ui/index.constructor',
    `/ui/${'a/'.repeat(400)}x.js`,
  ]) {
    t.equal(uiPath(`${base}${path}`), undefined, JSON.stringify(path))
  }
  for (const url of [
    '/ui/../v1/plugins/1.0.0/ui/a.js',
    '/ui/@acme/../desk/1.0.0/ui/a.js',
    '/ui/@acme%2F..%2Fdesk/1.0.0/ui/a.js',
    '/ui/@acme/desk/../1.0.0/ui/a.js',
    '/ui/@acme/desk/latest/ui/a.js',
    '/ui/%2540acme/desk/1.0.0/ui/a.js',
    '/ui/@acme/desk/1.0.0%2F..%2F2.0.0/ui/a.js',
    '/ui/@/desk/1.0.0/ui/a.js',
    '//ui/desk/1.0.0/ui/a.js',
  ]) {
    t.equal(uiPath(url), undefined, url)
  }
})
