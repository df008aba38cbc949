import { checks, defineCheck } from './checks-operations.ts'
import { appendRows, datasets, defineDataset } from './datasets-operations.ts'
import { badRows, explain, results } from './results-operations.ts'
import { run, runs } from './runs-operations.ts'
import { score, scores } from './scores-operations.ts'

/** The service `quality.data@1`. */
export const dataChecksService = {
  defineDataset,
  datasets,
  defineCheck,
  checks,
  appendRows,
  run,
  runs,
  results,
  badRows,
  score,
  scores,
  explain,
}
