import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { madeId } from '../calls/made-id.ts'
import { automaticDecision } from './automatic-decision.ts'
import { type Decided, decided, type Seen, savedStatement, suggestionOf } from './decided.ts'
import { screenedStatement } from './decision-store.ts'
import { lotSizeOf } from './draw-tests.ts'
import { feedCharts } from './feed-charts.ts'
import { type InspectionCommand, nextInspectionState } from './inspection-states.ts'
import { summaryOf, testShown } from './inspection-summary.ts'
import { isJudged } from './inspection-test.ts'
import { judgeResults } from './judge-results.ts'
import { keptPhotos } from './photos.ts'
import { schemesOf } from './plan-schemes.ts'
import { measurementsStatement, readForResults, type SeenForResults } from './record-store.ts'
import type { JudgedResults, Result } from './result.ts'
import { settingsOf } from './settings.ts'

export interface RecordInput {
  readonly inspection: string
  readonly results: readonly GivenResult[]
  /** Take what can be taken, and say why not of the others: for queues of devices that were offline. */
  readonly partial?: boolean
}

/** Who keeps no queue names no results: what he sends twice is two. */
type GivenResult = Omit<Result, 'id'> & Partial<Pick<Result, 'id'>>

interface NamedInput extends RecordInput {
  readonly results: readonly Result[]
}

/** Keeps results; of those that were sent before nothing changes. */
export async function record(given: RecordInput, ctx: Context) {
  const input = { ...given, results: named(given.results, ctx) }
  const { seen, judged } = await again(async () => {
    const known = await readForResults(ctx, input.inspection, input.results)
    const judged = judgedBy(known, input, await keptPhotos(input.results, ctx), ctx)
    const [fault] = judged.refused
    if (fault !== undefined && input.partial !== true) {
      throw new Refusal(fault.code, `Result ${fault.id}: ${fault.message}`)
    }
    const seen = judged.rows.length === 0 ? known.seen : await kept(known, judged, ctx)
    return { seen, judged }
  })
  await feedCharts(ctx, seen.row, [...judged.rows.map(({ id }) => id), ...judged.repeated])
  return answerOf(seen, judged)
}

function named(results: readonly GivenResult[], ctx: Context): readonly Result[] {
  const first = madeId(ctx)
  return results.map((result, index) => ({ ...result, id: result.id ?? `${first}-${index + 1}` }))
}

/** Goods are booked in up to a day after they came; what is made here is measured while it is made, for weeks. */
const DAY_MS = 86_400_000

function judgedBy(
  { seen, known, gauges }: SeenForResults,
  input: NamedInput,
  photos: ReadonlySet<string>,
  ctx: Context,
) {
  const { definition, tests, quantity, serials, wasInspected, arrivedAt, origin } = seen.row
  if (definition === null || !wasInspected) {
    throw new Refusal(
      'INSPECTION_SKIPPED',
      'Nothing is looked at in this inspection: it has no plan, or was skipped.',
    )
  }
  return judgeResults(
    {
      plan: definition,
      tests,
      known,
      gauges,
      serials: serials === 0 ? undefined : new Set(seen.serials.keys()),
      photos,
      lotSize: lotSizeOf(definition, quantity),
      overdueGauge: settingsOf(ctx).overdueGauge,
      actor: actorOf(ctx),
      now: ctx.now(),
      measurableFrom: Date.parse(arrivedAt) - (origin === 'receipt' ? DAY_MS : 30 * DAY_MS),
    },
    input.results,
  )
}

/** Keeps rows and tally, and with them what the plan decides by itself, in one transaction. */
async function kept({ seen }: SeenForResults, judged: JudgedResults, ctx: Context) {
  const at = nowText(ctx)
  const by = actorOf(ctx)
  const { row } = seen
  const command: InspectionCommand = judged.rows.every(({ corrects }) => corrects !== null)
    ? 'correct'
    : 'record'
  const state = nextInspectionState(row.state, command, {
    allJudged: judged.tests.every(isJudged),
    allDecided: row.pending === 0 && row.hold === 0,
    someDecided: row.pending < row.quantity,
  })
  const schemes = await schemesOf(ctx, row.definition)
  const recorded = {
    ...seen,
    series: { ...seen.series, schemes },
    row: { ...row, tests: judged.tests, state },
  }
  const automatic = automaticDecision(recorded, suggestionOf(recorded), at)
  const after: Decided =
    automatic === undefined
      ? { row: { ...recorded.row, revision: row.revision + 1 }, statements: [], events: [] }
      : decided(recorded, automatic, ctx.tenant)
  const measurements = measurementsStatement(ctx.tenant, row.inspection, judged.rows, { by, at })
  const screened = await written(ctx, row.inspection, {
    statements: [savedStatement(row, after.row), measurements, ...after.statements],
    events: after.events,
    isScreened: judged.tests.some((test) => test.screening),
  })
  return { ...seen, row: after.row, screened: screened ?? seen.screened }
}

interface Writes extends Pick<Decided, 'statements' | 'events'> {
  readonly isScreened: boolean
}

/** @returns how far a lot that is screened has come with it */
async function written(
  ctx: Context,
  inspection: string,
  { statements, events, isScreened }: Writes,
): Promise<Seen['screened'] | undefined> {
  const reads = isScreened ? [screenedStatement(inspection, [])] : []
  const results = await ctx.db.transaction<readonly { readonly screened?: Seen['screened'] }[]>(
    [...statements, ...reads],
    { events },
  )
  return isScreened ? results.at(-1)?.rows[0]?.screened : undefined
}

function answerOf(seen: SeenForResults['seen'], { rows, repeated, refused }: JudgedResults) {
  return {
    ...summaryOf(seen.row),
    recorded: rows.length,
    repeated,
    refused,
    tests: seen.row.tests.map(testShown),
    suggestion: suggestionOf(seen),
  }
}
