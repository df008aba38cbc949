import { fastify } from 'fastify'
import t from 'tap'
import { type HostPages, signInPage } from '../../../src/identity/sign-in/sign-in-page.ts'
import { openPage, startChromium, withoutChromium } from '../../support/chromium.ts'

const title = { en: 'Console </script><b>bold</b>', 'zh-CN': '控制台' }
let pages: ReturnType<HostPages> = []
const app = fastify()
signInPage(app, () => pages)
app.post('/v1/sign-in/operator', async () => ({ next: 'in', kind: 'operator', csrfToken: 'x' }))
const url = await app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => app.close())

const dataOf = (text: string) => /id="pages">(.*?)<\/script>/.exec(text)?.[1] ?? ''

t.test('pages of the host stand in it as data, and no title ends it', async (t) => {
  t.equal(dataOf(await (await fetch(`${url}/sign-in`)).text()), '[]')
  pages = [{ path: '/console', title }]
  const text = await (await fetch(`${url}/sign-in`)).text()
  t.strictSame(JSON.parse(dataOf(text)), pages)
  t.notMatch(text, '<b>bold')
  pages = Array.from({ length: 30 }, (_, n) => ({ path: `/page-${n}`, title }))
  const many = JSON.parse(dataOf(await (await fetch(`${url}/sign-in`)).text()))
  t.equal(many.length, 20, 'a list of links has an end')
})

t.test('who has signed in finds a link to each', { skip: withoutChromium }, async (t) => {
  const browser = await startChromium(t)
  for (const [locale, name, operator, token] of [
    ['en-GB', title.en, 'Sign in as the operator', "Operator's token"],
    ['zh-CN', title['zh-CN'], '以运营者身份登录', '运营者令牌'],
  ] as const) {
    pages = [{ path: '/console', title }]
    const { page, complaints } = await openPage(browser, { locale })
    await page.goto(`${url}/sign-in`)
    t.equal(await page.getByRole('link').count(), 0, 'nobody has signed in')
    await page.getByRole('button', { name: operator }).click()
    await page.getByLabel(token).fill('what it is')
    await page.keyboard.press('Enter')
    const link = page.getByRole('link', { name, exact: true })
    await link.waitFor()
    t.equal(await link.getAttribute('href'), '/console')
    t.same(complaints, [])
  }
})
