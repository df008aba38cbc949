import { createHash } from 'node:crypto'
import t from 'tap'
import { pagePolicy, wantsPage } from '../../src/links/link-page.ts'

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64')
const links = 'https://host.example/links/'

t.test('a page runs what stands in it by its hash, and nothing else', (t) => {
  const html = '<style>p{}</style><SCRIPT type="module">\r\n1 < 2\r\n</SCRIPT ><script>2</script>'
  const policy = pagePolicy(html, links)
  const scripts = `'sha256-${hashOf('\n1 < 2\n')}' 'sha256-${hashOf('2')}'`
  t.ok(policy.includes(`script-src ${scripts};`), 'as a browser reads ends of lines')
  t.ok(policy.includes(`style-src 'sha256-${hashOf('p{}')}';`))
  t.ok(policy.includes(`connect-src ${links};`))
  t.ok(policy.includes("frame-ancestors 'none';"))
  t.match(policy, /sandbox allow-scripts allow-forms allow-downloads$/)
  t.match(pagePolicy('<p onclick="x()">', links), /script-src 'none'; style-src 'none'/)
  t.end()
})

t.test('who goes to the address by a browser wants the page', (t) => {
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'
  t.ok(wantsPage({ method: 'GET', headers: { accept } }))
  t.notOk(wantsPage({ method: 'POST', headers: { accept } }))
  t.notOk(wantsPage({ method: 'GET', headers: { accept: '*/*' } }))
  t.notOk(wantsPage({ method: 'GET', headers: { accept: 'application/json' } }))
  t.notOk(wantsPage({ method: 'GET', headers: {} }))
  t.end()
})
