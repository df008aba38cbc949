import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { commandsOn, misspelt } from '../support/console-commands.ts'
import { openConsoleCompany, tenant } from '../support/console-company.ts'
import { crawl, violationsInBoth } from '../support/console-crawl.ts'
import { keepScreenshot, openConsole, type Viewer } from '../support/console-page.ts'
import { testDatabases } from '../support/postgres.ts'

const locales = ['en-GB', 'zh-CN'] as const
interface Crawl {
  readonly as: Viewer
  readonly locales: readonly (typeof locales)[number][]
  /** Fewer are a crawl that found nothing. */
  readonly least: number
}
const viewers: Readonly<Record<string, Crawl>> = {
  operator: { as: 'operator', locales, least: 8 },
  admin: { as: { tenant, login: 'ann' }, locales, least: 8 },
  // His pages are some of theirs: in one language they show what he is refused.
  member: { as: { tenant, login: 'ben' }, locales: ['en-GB'], least: 5 },
}

t.test('pages of the console can be read by all', { skip: withoutChromium }, async (t) => {
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const host = await openConsoleCompany(t, {
    databaseUrl: hostUrl,
    environment: { PLUGIN_DATABASE_URL: pluginUrl },
  })
  const browser = await startChromium(t)
  const commands = new Set<string>()
  for (const [name, { as, locales: of, least }] of Object.entries(viewers)) {
    for (const locale of of) {
      t.test(`every page that the ${name} finds, in ${locale}, light and dark`, async (t) => {
        const { page, complaints } = await openConsole(browser, { url: host.url, as, locale })
        const broken: string[] = []
        const seen = await crawl(
          page,
          as === 'operator' ? `?tenant=${tenant}` : '',
          async (path) => {
            broken.push(...(await violationsInBoth(page, path)))
            for (const line of await commandsOn(page)) commands.add(line)
            const file = path.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 60)
            await keepScreenshot(page, `${locale}${file}-${name}`)
          },
        )
        t.same(broken, [])
        t.ok(seen.length >= least, `${seen.length} pages: ${seen.join(' ')}`)
        t.same(complaints, [])
        await page.context().close()
      })
    }
  }

  t.test('and each command line that they show is understood', async (t) => {
    t.ok(commands.size > 20, `${commands.size} lines`)
    t.same(await misspelt(commands), [])
  })
})
