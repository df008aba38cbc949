import { Company } from '../test/support/company.ts'
import { HostProcess, type Teardown } from '../test/support/host-process.ts'
import { casesThere } from './business/cases.ts'
import { decisionTimes } from './business/decisions.ts'
import { m3Accuracy } from './business/m3-accuracy.ts'
import { wrongPlanCells } from './business/plan-cells.ts'
import { refitSeconds } from './business/refit.ts'
import { slowMovers } from './business/slow-movers.ts'

const EFFORT = Number(process.env['BENCH_EFFORT'] ?? 1)
const wanted = process.env['BENCH_PARTS']?.split(',')

type Figures = Readonly<Record<string, unknown>>

/** Parts by name; `BENCH_PARTS=plans,m3` runs just these. Those that need cases say so where the cases are not there. */
const parts: Readonly<Record<string, (company: Company) => Promise<Figures>>> = {
  plans: withCases(wrongPlanCells),
  m3: withCases(m3Accuracy),
  'slow-movers': withCases(slowMovers),
  refit: (company) => refitSeconds(company, Math.max(200, Math.round(10_000 * EFFORT))),
  decisions: (company) => decisionTimes(company, Math.max(20, Math.round(300 * EFFORT))),
}

/**
 * Quality checks and inventory forecasts as their users meet them: a host, both plugins in its sandbox, services and
 * functions called over HTTP. What is right or wrong is told beside how long it takes.
 */
export async function run(): Promise<Figures> {
  const cleanUps: (() => Promise<void> | void)[] = []
  const teardown: Teardown = { teardown: (done) => void cleanUps.push(done as () => Promise<void>) }
  try {
    const host = await HostProcess.start(teardown, {})
    const company = await Company.open(teardown, host, 'bench', [
      'business-events',
      'quality-checks',
      'inventory-forecast',
    ])
    const figures: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(parts)) {
      if (wanted !== undefined && !wanted.includes(name)) continue
      process.stderr.write(`${name} …\n`)
      Object.assign(figures, await part(company))
    }
    return figures
  } finally {
    for (const done of cleanUps.reverse()) await done()
  }
}

function withCases(part: (company: Company) => Promise<Figures>) {
  return async (company: Company): Promise<Figures> => {
    if (casesThere) return part(company)
    process.stderr.write('skipped: the reference cases are not beside the project\n')
    return {}
  }
}
