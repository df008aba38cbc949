import type { Company } from '../../test/support/company.ts'
import { planCells } from './cases.ts'
import { runBatch } from './run-batch.ts'

const ROWS = 2000

interface Plan {
  readonly n: number
  readonly ac: number
  readonly re: number
}

/** Every cell of the tables that are known, looked up by a lot of its range, through the batch lanes. */
export async function wrongPlanCells(company: Company): Promise<Readonly<Record<string, unknown>>> {
  const cells = await planCells()
  let wrong = 0
  for (let from = 0; from < cells.length; from += ROWS) {
    const part = cells.slice(from, from + ROWS)
    const plans = (await runBatch(company, '@signalbox/quality-checks', 'aql_plan', [
      part.map(({ lot }) => Number(/\d+/.exec(lot)?.[0])),
      part.map(({ level }) => level),
      part.map(({ aql }) => aql),
      part.map(({ severity }) => severity),
      part.map(() => 'mil-std-105e'),
    ])) as Plan[]
    wrong += part.filter((cell, row) => {
      const plan = plans[row]
      return plan?.n !== cell.n || plan.ac !== cell.ac || plan.re !== cell.re
    }).length
  }
  return { plan_cells: cells.length, plan_cells_wrong: wrong }
}
