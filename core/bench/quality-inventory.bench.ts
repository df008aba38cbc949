import { Company } from '../test/support/company.ts'
import { startOwnServerHost, Teardowns } from '../test/support/own-server-host.ts'
import { casesThere } from './business/cases.ts'
import { dataChecks } from './business/data-checks.ts'
import { decisionTimes } from './business/decisions.ts'
import { m3Accuracy } from './business/m3-accuracy.ts'
import { wrongPlanCells } from './business/plan-cells.ts'
import { pointUpdate } from './business/point-update.ts'
import { refitSeconds } from './business/refit.ts'
import { slowMovers } from './business/slow-movers.ts'

const EFFORT = Number(process.env['BENCH_EFFORT'] ?? 1)
const wanted = process.env['BENCH_PARTS']?.split(',')

type Figures = Readonly<Record<string, unknown>>

/** Parts by name; `BENCH_PARTS=plans,m3` runs just these. Those that need cases say so where the cases are not there. */
const parts: Readonly<Record<string, (company: Company, pluginUrl: string) => Promise<Figures>>> = {
  plans: withCases(wrongPlanCells),
  m3: withCases(m3Accuracy),
  'slow-movers': withCases(slowMovers),
  refit: (company) => refitSeconds(company, Math.max(200, Math.round(10_000 * EFFORT))),
  update: pointUpdate,
  decisions: (company) => decisionTimes(company, Math.max(20, Math.round(300 * EFFORT))),
  data: (company, pluginUrl) =>
    dataChecks(company, pluginUrl, { rows: Math.round(10_000_000 * EFFORT), checks: 50 }),
}

/**
 * Quality checks and inventory forecasts as their users meet them: a host, both plugins in its sandbox, services and
 * functions called over HTTP. What is right or wrong is told beside how long it takes.
 */
export async function run(): Promise<Figures> {
  const teardowns = new Teardowns()
  try {
    const { host, pluginUrl } = await startOwnServerHost(teardowns)
    const company = await Company.open(teardowns, host, 'bench', [
      'business-events',
      'quality-checks',
      'inventory-forecast',
    ])
    const figures: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(parts)) {
      if (wanted !== undefined && !wanted.includes(name)) continue
      process.stderr.write(`${name} …\n`)
      Object.assign(figures, await part(company, pluginUrl))
    }
    return figures
  } finally {
    await teardowns.run()
  }
}

function withCases(part: (company: Company) => Promise<Figures>) {
  return async (company: Company): Promise<Figures> => {
    if (casesThere) return part(company)
    process.stderr.write('skipped: the reference cases are not beside the project\n')
    return {}
  }
}
