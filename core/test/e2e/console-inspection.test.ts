import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { Company } from '../support/company.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { axeViolations, goTo, keepScreenshot, openConsole } from '../support/console-page.ts'
import { inspections } from '../support/dongchen.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'dongchen'
const nonconformities = 'quality.nonconformity@1'
const lot = 'SHAFT-7'
const seen = [
  'quality.inspection.read',
  'quality.nonconformity.read',
  'quality.charts.view',
  'quality.supplier.read',
]
const WIDTH = 1200

t.test('from an inspection to a closed 8D report', { skip: withoutChromium }, async (t) => {
  const { hostUrl: databaseUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl })
  const company = await Company.open(t, host, tenant, ['quality-checks'])
  await enableConsole(host, tenant)
  await receiveShafts(company)
  const join = async (login: string, ...permissions: string[]) => {
    const name = `${login}s`
    const role = { name, actions: [], permissions: [...seen, ...permissions] }
    await company.admin.request('PUT', `/v1/roles/${name}?tenant=${tenant}`, role)
    return person(host.url, company.admin, { tenant, login, roles: ['member', name] })
  }
  const inspector = await join('inspector', 'quality.inspection.record')
  const engineer = await join(
    'engineer',
    ...['quality.inspection.decide', 'quality.nonconformity.write'],
  )
  const manager = await join('manager', 'quality.nonconformity.close')
  const browser = await startChromium(t)
  const open = (login: string, path: string, locale: 'en-GB' | 'zh-CN' = 'en-GB', width = WIDTH) =>
    openConsole(browser, { url: host.url, as: { tenant, login }, path, locale, width })
  let id = ''

  t.test('an inspector measures what arrived, and it is out of its limits', async (t) => {
    const { page, complaints } = await open('inspector', '/p/quality/worklist', 'en-GB', 360)
    await page.getByRole('link', { name: lot }).click()
    await page.getByRole('button', { name: 'Record results' }).click()
    const form = page.getByRole('form', { name: 'Record results' })
    t.equal(await form.getByLabel('Characteristic').inputValue(), 'bore', 'what is looked at')
    const values = form.getByRole('spinbutton', { name: 'Value' })
    await values.fill('20.05')
    await form.getByRole('button', { name: 'Add: Results' }).click()
    await form.getByLabel('Characteristic').nth(1).fill('bore')
    await values.nth(1).fill('20.001')
    await keepScreenshot(page, 'inspection-record-en')
    t.strictSame(await axeViolations(page), [])
    await form.getByRole('button', { name: 'Record results' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: '20.05' }).first().waitFor()
    await page.getByText('Awaiting decision').first().waitFor()
    t.equal(await page.getByRole('button', { name: 'Decide' }).count(), 0, 'others decide')
    const wide = Number(await page.evaluate('document.documentElement.scrollWidth'))
    t.ok(wide <= 360, `${wide} pixels wide`)
    t.strictSame(complaints, [])
    await page.context().close()
  })

  t.test('an engineer rejects the lot, and a nonconformity is opened for it', async (t) => {
    const { page, complaints } = await open('engineer', '/p/quality/worklist', 'zh-CN')
    await page.getByRole('link', { name: lot }).click()
    await page.getByText('拒收', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: spaced('判定') }).click()
    const form = page.getByRole('form', { name: '判定' })
    const quantity = form.getByRole('spinbutton', { name: '数量' })
    t.equal(await quantity.inputValue(), '40', 'all that waits')
    await choose(page, form.getByLabel('判为'), '拒收')
    await choose(page, form.getByLabel('处置方式'), '退货')
    await form.getByLabel('说明').fill('内径超差')
    await keepScreenshot(page, 'inspection-decide-zh')
    await form.getByRole('button', { name: spaced('判定') }).click()
    await page.getByText('已判定').first().waitFor()
    const { nonconformities: opened } = await company.eventually(
      'the nonconformity',
      () => company.ask(inspections, 'lotStatus', { lot }),
      (status) => status.nonconformities.length > 0,
    )
    id = opened[0].id
    await goTo(page, `/p/quality/lot?lot=${lot}&item=SHAFT&supplier=LIYUAN`)
    await page.getByRole('link', { name: opened[0].number }).click()
    await page.getByRole('heading', { level: 1, name: '不合格项详情' }).waitFor()
    await page.getByText('尚未启动 8D 报告。').waitFor()
    t.strictSame(complaints, [])
    t.match(await company.ask(inspections, 'lotStatus', { lot }), { state: 'rejected' })
    await page.context().close()
  })

  t.test('on the board, a card is moved by keyboard and by its button', async (t) => {
    const { page, complaints } = await open('engineer', '/p/quality/nonconformities')
    const column = (name: RegExp) => page.getByRole('region', { name })
    const board = page.getByRole('region', { name: 'Board' })
    await column(/^Open \(1\)$/).waitFor()
    t.strictSame(await axeViolations(page), [])
    await board.getByRole('link').first().focus()
    const more = column(/^Open/).getByRole('button', { name: 'More actions' })
    await reachByTab(page, more)
    await page.keyboard.press('Enter')
    const start = page.getByRole('menuitem', { name: 'Start the 8D report' })
    await start.and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    const form = page.getByRole('form', { name: 'Start the 8D report' })
    await form.getByLabel('Owner').waitFor()
    await form.getByLabel('Owner').focus()
    await page.keyboard.type('quality desk')
    await page.keyboard.press('Enter')
    await column(/^8D under way \(1\)$/).waitFor()
    t.match(await company.ask(nonconformities, 'get', { id }), { state: 'acting', eightD: true })

    await column(/^8D under way/)
      .getByRole('button', { name: 'Verify' })
      .click()
    await page.getByText('STEPS_OPEN').waitFor()
    await keepScreenshot(page, 'inspection-board-en')
    t.strictSame(complaints, [])
    await page.context().close()
  })

  t.test('the engineer works through all steps, and may not close', async (t) => {
    const path = `/p/quality/nonconformity?id=${id}`
    const { page, complaints } = await open('engineer', path, 'zh-CN')
    const act = async (action: string, fill: (form: Locator) => Promise<void>) => {
      await page.getByRole('button', { name: spaced(action) }).click()
      const form = page.getByRole('form', { name: action })
      await fill(form)
      await form.getByRole('button', { name: spaced(action) }).click()
      await form.waitFor({ state: 'detached' })
    }
    await act('处置', async (form) => {
      await choose(page, form.getByLabel('类型'), '退货')
      await form.getByLabel('原因').fill('供应商同意退货')
    })
    await page.getByRole('cell', { name: '退货', exact: true }).waitFor()
    await leaveOut(page, 'D0')
    for (const step of ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8']) {
      if (['D3', 'D4', 'D6', 'D7'].includes(step)) await addEvidence(page, step)
      await complete(page, step)
    }
    await keepScreenshot(page, 'inspection-eight-d-zh')
    t.strictSame(await axeViolations(page), [])
    await goTo(page, '/p/quality/nonconformities')
    await page.getByRole('button', { name: '进入验证' }).click()
    await page.getByRole('region', { name: '验证中 (1)' }).waitFor()
    await goTo(page, path)
    await act('证明有效', (form) => form.getByLabel('原因').fill('后续三批均合格'))
    await page.getByText('已证明', { exact: true }).waitFor()
    t.equal(await page.getByRole('button', { name: spaced('关闭') }).count(), 0, 'another closes')
    t.strictSame(complaints, [])
    await page.context().close()
  })

  t.test(
    'which month suppliers are ranked by is asked in words, with what it looks like',
    async () => {
      const { page } = await open('manager', '/p/quality/suppliers', 'zh-CN')
      await page.getByLabel('月份，例如 2026-06').fill('2026-06')
      await page.getByRole('button', { name: spaced('查看') }).click()
      await page.getByText('暂无评分。').waitFor()
      await page.context().close()
    },
  )

  t.test('the manager closes it, and nothing else', async (t) => {
    const { page, complaints } = await open('manager', `/p/quality/nonconformity?id=${id}`)
    await page.getByRole('cell', { name: 'D8' }).first().waitFor()
    t.equal(await page.getByRole('button', { name: 'Complete' }).count(), 0)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    const form = page.getByRole('form', { name: 'Close' })
    await form.getByLabel('Reason').fill('Returned, and the drill is replaced')
    await form.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('cell', { name: 'Closed' }).first().waitFor()
    await keepScreenshot(page, 'inspection-closed-en')
    t.strictSame(complaints, [])

    const closed = await company.ask(nonconformities, 'get', { id })
    t.match(closed, { state: 'closed', lot, quantity: 40, quantityLeft: 0 })
    t.match(closed.effectiveness, { verdict: 'proven', by: 'person' })
    const by = new Map(
      closed.log.map((one: { command: string; by: string }) => [one.command, one.by]),
    )
    t.equal(by.get('completeStep'), `user:${engineer.id}`)
    t.equal(by.get('close'), `user:${manager.id}`)
    const { inspection } = (await company.ask(inspections, 'lotStatus', { lot })).inspections[0]
    const { measurements } = await company.ask(inspections, 'inspection', { inspection })
    t.strictSame(
      measurements.map(({ value, operator }: { value: number; operator: string }) => [
        value,
        operator,
      ]),
      [
        [20.05, `user:${inspector.id}`],
        [20.001, `user:${inspector.id}`],
      ],
    )
  })
})

/** Forty shafts of a supplier, of which two are measured; grave faults alone need an 8D report, and a person judges its effect. */
async function receiveShafts(company: Company): Promise<void> {
  const config = `/v1/tenants/${tenant}/plugins/${encodeURIComponent('@signalbox/quality-checks')}/config`
  await company.admin.request('PUT', config, {
    nonconformities: { eightDFrom: 'critical', effectivenessLots: 0 },
  })
  const bore = {
    ...{ id: 'bore', name: { en: 'Bore', 'zh-CN': '内径' }, kind: 'variable', unit: 'MMT' },
    ...{ classes: [{ class: 'major', aql: 1 }], target: 20, lsl: 19.99, usl: 20.01 },
  }
  await company.ask(inspections, 'definePlan', {
    ...{ plan: 'shafts', name: { en: 'Shafts', 'zh-CN': '轴' }, scope: { item: 'SHAFT' } },
    ...{ characteristics: [bore], sampling: { kind: 'percent', percent: 5, accept: 0 } },
    ...{ frequency: { kind: 'all' }, decidedBy: 'person' },
  })
  await company.ask(inspections, 'createInspection', {
    ...{ document: 'RECEIPT-7', arrivedAt: new Date().toISOString(), origin: 'receipt', lot },
    ...{ item: 'SHAFT', supplier: 'LIYUAN', quantity: 40, unit: 'C62' },
  })
}

/** As a button is called: one of two characters has a space between them. */
function spaced(name: string): RegExp {
  return new RegExp(`^${[...name].join('\\s?')}$`)
}

async function choose(page: Page, control: Locator, title: string): Promise<void> {
  await control.click()
  const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')
  await list.getByTitle(title, { exact: true }).click()
  await list.waitFor({ state: 'hidden' })
}

/** Goes on from control to control as the key does, until it is there. */
async function reachByTab(page: Page, control: Locator): Promise<void> {
  for (let left = 30; left > 0; left--) {
    if (await control.and(page.locator(':focus')).isVisible()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('the key does not lead there')
}

function rowOf(page: Page, step: string): Locator {
  const table = page.getByRole('region', { name: '8D 报告' })
  return table.getByRole('row').filter({ has: page.getByText(step, { exact: true }) })
}

async function fromMenu(page: Page, step: string, action: string): Promise<Locator> {
  await rowOf(page, step).getByRole('button', { name: '更多操作' }).click()
  await page.getByRole('menuitem', { name: action }).click()
  return page.getByRole('form', { name: action })
}

async function leaveOut(page: Page, step: string): Promise<void> {
  const form = await fromMenu(page, step, '跳过')
  await form.getByLabel('原因').fill('无需应急')
  await form.getByRole('button', { name: spaced('跳过') }).click()
  await rowOf(page, step).getByText('已跳过').waitFor()
}

async function addEvidence(page: Page, step: string): Promise<void> {
  const form = await fromMenu(page, step, '添加证据')
  await form.getByLabel('内容').fill(`${step} 的记录`)
  await form.getByRole('button', { name: '添加证据' }).click()
  await rowOf(page, step).getByText(`${step} 的记录`).waitFor()
}

async function complete(page: Page, step: string): Promise<void> {
  await rowOf(page, step)
    .getByRole('button', { name: spaced('完成') })
    .click()
  const form = page.getByRole('form', { name: '完成' })
  await form.getByLabel('结论').fill(`${step} 已核实`)
  await form.getByRole('button', { name: spaced('完成') }).click()
  await rowOf(page, step).getByText('已完成', { exact: true }).waitFor()
}
