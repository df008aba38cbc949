import type { Locator, Page } from 'playwright-core'
import { arrived } from './console-page.ts'

/** Presses a button of the page, and once more in the question that comes up. */
export async function confirm(page: Page, button: Locator, name: string): Promise<void> {
  await button.click()
  const question = page.getByRole('dialog')
  await question.getByRole('button', { name, exact: true }).click()
  await question.waitFor({ state: 'detached' })
}

/** Goes on by a link that stands on the page, as the reader of it does. */
export async function follow(page: Page, link: Locator): Promise<void> {
  const place = await link.getAttribute('href')
  await link.click()
  await page.waitForURL(new URL(place ?? '', page.url()).href)
  await arrived(page)
}

/** Looks anew until it is shown: for what comes to the host later than to whoever looks. */
export async function reloadUntil(page: Page, shown: Locator): Promise<void> {
  const end = Date.now() + 60_000
  for (;;) {
    if ((await shown.count()) > 0) return
    if (Date.now() > end) throw new Error(`it is not shown: ${shown}`)
    await page.reload()
    await arrived(page)
  }
}
