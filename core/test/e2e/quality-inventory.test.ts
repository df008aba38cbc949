import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const feeder = join(import.meta.dirname, '../../../plugins/business-events/feeder/feed.ts')

t.test('two plugins take a company from its receipts to a hold, an 8D and an order', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, { databaseUrl: hostUrl })
  const company = await Company.open(t, host, 'dongchen', ['business-events', 'inventory-forecast'])

  await t.test('the feeder sends two years of events, and again none twice', async (t) => {
    const keyFile = join(await temporaryHome(t), 'key')
    await writeFile(keyFile, company.keyOf('inventory.forecast@1'))
    const words = [feeder, '--url', host.url, '--tenant', company.tenant, '--app', 'erp']
    const feed = () => promisify(execFile)(process.execPath, [...words, '--key-file', keyFile])
    t.match((await feed()).stdout, /^786 events taken, 0 were there already\n$/)
    t.match((await feed()).stdout, /^0 events taken, 786 were there already\n$/)
  })
})
