import t from 'tap'
import { filledPage } from '../../src/pages/page-html.ts'

const page = {
  plugin: '@acme/desk',
  version: '1.0.0',
  arm: 'canary',
  base: '/ui/@acme/desk/1.0.0/ui',
} as const

t.test('a page is told its nonce, its files and what it is', async (t) => {
  const html = '<script nonce="__NONCE__" src="__BASE__/a.js"></script><b>__BASE__</b>__PAGE__'
  const filled = filledPage(html, page, 'n+/=')
  t.match(filled, '<script nonce="n+/=" src="/ui/@acme/desk/1.0.0/ui/a.js">')
  t.match(filled, '<b>/ui/@acme/desk/1.0.0/ui</b>')
  t.strictSame(JSON.parse(filled.slice(filled.indexOf('{'))), page)
})

t.test('what is put in can neither end its element nor ask for more to be put in', async (t) => {
  const hostile = { ...page, version: "1.0.0+$&-$'-__NONCE__", plugin: '</script><script>' }
  const filled = filledPage('<script type="application/json">__PAGE__</script>', hostile, 'secret')
  t.notMatch(filled, 'secret')
  t.equal(filled.match(/<\/script>/g)?.length, 1)
  t.match(filled, "$&-$'-__NONCE__", 'as it is')
})
