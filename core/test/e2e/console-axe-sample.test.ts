import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { violationsInBoth } from '../support/console-crawl.ts'
import { startConsoleHost } from '../support/console-host.ts'
import { goTo, openConsole } from '../support/console-page.ts'
import { testDatabases } from '../support/postgres.ts'

t.test('some pages of the console can be read by all', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })
  for (const path of ['/', '/plugins', '/rollouts']) {
    await goTo(page, path)
    t.same(await violationsInBoth(page, path), [], path)
  }
  t.same(complaints, [])
})
