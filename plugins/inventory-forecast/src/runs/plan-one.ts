import type { Context, Contribution, EventWish } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { addPeriods, periodStart } from '../calendar/period.ts'
import { variationOf } from '../classification/abc-xyz.ts'
import { classifyDemand } from '../classification/demand-class.ts'
import { type DemandPeriod, periodsOf } from '../demand/demand-series.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { type PeriodKind, periodRules } from '../demand/period-rules.ts'
import { demandFromOf, hasChineseCalendar, type PlanningConfig } from '../demand/settings.ts'
import { usualSettings } from '../items/item-settings.ts'
import { type Now, nowOf } from '../planning/clock.ts'
import { bestForecast, type MethodValue } from '../planning/method-slot.ts'
import { monitorOf } from '../planning/monitor.ts'
import { comingOf, movesBetween, stepsBetween, type Work, workOf } from '../planning/plan-series.ts'
import {
  approvedSince,
  readDays,
  readSeries,
  type SeriesState,
} from '../planning/planning-store.ts'
import type { ForecastRow } from '../planning/stored-forecast.ts'
import { toldTransaction } from '../planning/told-transaction.ts'
import { wantedDemand } from '../planning/wanted-demand.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import { alarmEvents, codedText, eventKey, stockLook } from '../suggestions/stock-look.ts'
import { suggestionChange } from '../suggestions/suggestions-store.ts'
import { type Run, type SeriesOutcome, stepStatement } from './runs-store.ts'
import { closedPeriods, planStatements, readPoints } from './write-plan.ts'

type Methods = readonly Contribution<MethodValue>[]

/** Forecasts one series and looks at its stock: everything of it is written in one transaction with the run's step. */
export async function planOne(
  ctx: Context,
  run: Run,
  key: SeriesKey,
  methods: Methods,
): Promise<void> {
  const now = nowOf(ctx)
  const state = await readSeries(ctx, key, { ...now, monthAgo: approvedSince(now.today) })
  // A series is never deleted: one that is listed is there.
  if (state === undefined) throw new Error('a listed series is not there')
  const made = await forecastOf(ctx, { key, state, run, now, methods })
  const { forecast, work } = made
  const previous = state.forecast
  const coming = comingOf(forecast, state.promotions, state.overrides)
  const look = stockLook({ ...state, forecast }, coming, now.today)
  const hash = (text: string) => ctx.hash('SHA-256', text)
  const change = suggestionChange({ tenant: ctx.tenant, key, state, look, now, hash })
  const told = previous?.told ?? { isBelow: false, isAtRisk: false, isExcess: false }
  const telling = { key, state, look, told, now, hash }
  const isAlarmRaised = forecast.monitor.isAlarm && previous?.monitor.isAlarm !== true
  const isMethodChanged = previous !== undefined && previous.method !== forecast.method
  const outcome: SeriesOutcome = {
    work,
    isMethodChanged,
    isAlarmRaised,
    isSuggested: change.made !== undefined && change.statements.length > 0,
  }
  const events = [
    ...alarmEvents(change.made === undefined ? telling : { ...telling, suggestion: change.made }),
    ...(isAlarmRaised ? [biasEvent(run, key, forecast, now)] : []),
    ...(isMethodChanged && previous !== undefined
      ? [methodEvent(run, key, previous, forecast, now)]
      : []),
  ]
  const statements = [
    stepStatement(run, key, outcome, now),
    ...planStatements(ctx.tenant, {
      key,
      run: run.id,
      state,
      forecast,
      coming,
      closed: made.closed,
      look,
      now,
    }),
    ...change.statements,
  ]
  await toldTransaction(ctx, statements, events)
}

interface Ask {
  readonly key: SeriesKey
  readonly state: SeriesState
  readonly run: Run
  readonly now: Now
  readonly methods: Methods
}

interface Made {
  readonly work: Work
  readonly forecast: Omit<ForecastRow, 'told'>
  readonly closed: readonly { readonly starts: string; readonly actual: number }[]
}

async function forecastOf(ctx: Context, asked: Ask): Promise<Made> {
  const { state, run, now } = asked
  const { forecast: previous, dirtyFrom } = state
  const period = state.settings?.period ?? usualSettings.period
  const since = dirtyFrom === undefined ? {} : { dirtyFrom }
  const before = previous === undefined ? {} : { previous }
  const wish = { period, today: now.today, isFullRefit: run.full_refit }
  const { work, why } = workOf({ ...wish, ...since, ...before })
  if (work === 'keep' && previous !== undefined) {
    const { told: _told, ...kept } = previous
    return { work, forecast: { ...kept, run: run.id, changes: why }, closed: [] }
  }
  return madeAnew(ctx, asked, { period, work, why })
}

async function madeAnew(
  ctx: Context,
  { key, state, run, now, methods }: Ask,
  {
    period,
    work,
    why,
  }: { readonly period: PeriodKind; readonly work: Work; readonly why: readonly Reason[] },
): Promise<Made> {
  const { forecast: previous } = state
  const end = periodStart(now.today, period)
  const { longestHistory } = periodRules[period]
  const days = await readDays(ctx, key, addPeriods(end, period, -longestHistory))
  const from = demandFromOf(ctx.config as PlanningConfig)
  const { periods, unmatchedReturns } = periodsOf(days, period, from, now.today)
  const { history, notes: cleaned } = wantedDemand(
    periods,
    state.promotions,
    periodRules[period].frequency,
  )
  const isUpdate = work === 'update' && previous !== undefined
  const added = previous === undefined ? 0 : stepsBetween(period, previous.historyEnd, end)
  const earlier = isUpdate ? { earlier: { fit: previous.fit, added } } : {}
  const input = { ...historyOf(ctx, period, periods, history), ...earlier }
  const { forecast: best, notes } = await bestForecast(input, period, isUpdate ? [] : methods, ctx)
  const { isRefitted, notes: told, ...forecast } = best
  const { monitor, closed } = await monitoring(ctx, key, period, end, periods)
  const made = {
    ...forecast,
    ...{ run: run.id, historyEnd: end, period, monitor },
    nature: { variation: variationOf(history), class: classifyDemand(history).class },
    notes: [
      ...historyNotes(periods, unmatchedReturns, end),
      ...cleaned,
      ...told,
      ...notes,
      reason('METHOD_CHOSEN', { description: best.description }),
    ],
    updates: isRefitted ? 0 : (previous?.updates ?? 0) + added,
  }
  const changes = [...why, ...movesBetween(previous, made), ...alarmNote(monitor)]
  return { work: isRefitted ? 'refit' : work, forecast: { ...made, changes }, closed }
}

function historyOf(
  { config }: Pick<Context, 'config'>,
  period: PeriodKind,
  periods: readonly DemandPeriod[],
  history: readonly number[],
) {
  const { frequency, horizon, perYear } = periodRules[period]
  const input = { history, frequency, horizon, periodsPerYear: perYear }
  const [first] = periods
  if (first === undefined || !hasChineseCalendar(config as PlanningConfig)) return input
  return { ...input, calendar: { period, start: first.start } }
}

function historyNotes(
  periods: readonly DemandPeriod[],
  unmatchedReturns: number,
  end: number,
): Reason[] {
  const returns =
    unmatchedReturns > 0 ? [reason('RETURNS_UNMATCHED', { quantity: unmatchedReturns })] : []
  return [reason('HISTORY_USED', { periods: periods.length, end: formatDay(end - 1) }), ...returns]
}

function alarmNote({ isAlarm, periods, trackingSignal, bias }: ForecastRow['monitor']): Reason[] {
  return isAlarm ? [reason('BIAS_ALARM', { periods, signal: trackingSignal, bias })] : []
}

/** Sets what came against what was said; late corrections change closed periods too. */
async function monitoring(
  ctx: Context,
  key: SeriesKey,
  period: PeriodKind,
  end: number,
  periods: readonly DemandPeriod[],
) {
  const points = await readPoints(ctx, key, period, formatDay(end))
  const actual = new Map(periods.map(({ start, demand }) => [formatDay(start), demand]))
  const closed = points.flatMap(({ starts, actual: kept }) => {
    const demand = actual.get(starts)
    return demand === undefined || demand === kept ? [] : [{ starts, actual: demand }]
  })
  return { monitor: monitorOf(closedPeriods(points, actual)), closed }
}

function biasEvent(
  run: Run,
  key: SeriesKey,
  { monitor }: Pick<ForecastRow, 'monitor'>,
  now: Now,
): EventWish {
  const { trackingSignal, bias, periods } = monitor
  return {
    type: 'inventory.forecast.bias-alarm',
    data: { ...key, trackingSignal, bias, periods, at: now.instant },
    key: eventKey(key),
    id: `bias-${run.id}-${run.step}`,
  }
}

function methodEvent(
  run: Run,
  key: SeriesKey,
  previous: ForecastRow,
  { method, description, notes }: Pick<ForecastRow, 'method' | 'description' | 'notes'>,
  now: Now,
): EventWish {
  const won = notes.find(({ code }) => code === 'METHOD_WON')
  const why = won ?? reason('METHOD_CHANGED', { before: previous.description, after: description })
  return {
    type: 'inventory.forecast.method-changed',
    data: { ...key, from: previous.method, to: method, reason: codedText(why), at: now.instant },
    key: eventKey(key),
    id: `method-${run.id}-${run.step}`,
  }
}
