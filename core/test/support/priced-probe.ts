import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { type HostProcess, type Teardown, temporaryHome } from './host-process.ts'
import { probeVersion } from './probe.ts'
import { publish } from './publish.ts'

/** @returns publishes a version of the probe whose terms have a price and a plan of this many calls a month */
export async function pricedProbe(
  t: Teardown,
  host: HostProcess,
): Promise<(version: string, callsAMonth: number, changes?: object) => Promise<void>> {
  const home = await temporaryHome(t)
  return async (version, callsAMonth, changes = {}) => {
    const price = { amount: '0.0150', currency: 'CNY', unit: 'call' }
    const quota = { count: callsAMonth, per: 'month' }
    const plan = {
      ...{
        service: 'probe.one@1',
        name: 'partner',
        label: { en: 'Partners', 'zh-CN': '合作伙伴' },
      },
      ...{ ratePerS: 20, burst: 40, quota, price },
    }
    const terms = {
      file: { en: 'TERMS.md', 'zh-CN': 'TERMS.zh-CN.md' },
      price: { en: '10 CNY a month', 'zh-CN': '每月 10 元' },
      plans: [plan],
    }
    const folder = await probeVersion(home, version, { terms, category: 'quality', ...changes })
    const packageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const files = [...packageJson.files, 'TERMS.md', 'TERMS.zh-CN.md', 'LICENSE']
    await publish(
      host,
      await writeFiles(folder, {
        'package.json': JSON.stringify({ ...packageJson, files }),
        'TERMS.md': 'You pay what you use.\u001b[2J',
        'TERMS.zh-CN.md': '按使用付费。',
        LICENSE: 'Apache License',
      }),
    )
  }
}
