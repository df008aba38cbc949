import type { Context, Contribution } from '@signalbox/sdk'
import { classifyDemand, type DemandClass } from '../classification/demand-class.ts'
import type { PeriodKind } from '../demand/period-rules.ts'
import { mean } from '../forecast/mean.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import { distributed, forecastItem, type ItemForecast, type ItemHistory } from './forecast-item.ts'

/** Where other plugins add methods; `schemas/method.json` says what fits. */
export const METHOD_POINT = 'inventory.forecast/method/v1'

export interface MethodValue {
  readonly id: string
  readonly handler: string
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  /** Classes of demand that it is for; all, when absent. */
  readonly classes?: readonly DemandClass[]
}

type Method = Contribution<MethodValue>
type Port = Pick<Context, 'now'>

/** A method that takes longer holds up everybody's run. */
const METHOD_DEADLINE_MS = 1000
/** All methods together, for one series: the run's chunk has to end within the version's deadline. */
const SLOT_BUDGET_MS = 2500
const MOST_METHODS = 3
const ORIGINS = 3
/** What one series may ask of them: each of them at each origin, and the best for the forecast. */
export const MOST_SLOT_CALLS = MOST_METHODS * ORIGINS + 1
/** Fewer points leave nothing to hold out. */
const SHORTEST_BACK_TEST = 12
/** A method is changed for a gain, not for noise. */
const GAIN = 0.98

interface Rival {
  readonly name: string
  readonly method: Method
  readonly errors: readonly number[]
}

/**
 * The own forecast, or that of a contributed method with the least mean absolute error over rolling origins (Tashman 2000,
 * International Journal of Forecasting 16, 437–450). Whatever a method does (fails, hangs, answers nonsense) becomes a
 * note; the own forecast is always there.
 */
export async function bestForecast(
  input: ItemHistory,
  period: PeriodKind,
  methods: readonly Method[],
  ctx: Port,
): Promise<{ readonly forecast: ItemForecast; readonly notes: readonly Reason[] }> {
  const own = forecastItem(input)
  const { history } = input
  const { class: kind } = classifyDemand(history)
  const asked = methods.filter(({ value }) => value.classes?.includes(kind) ?? true)
  if (asked.length === 0 || history.length < SHORTEST_BACK_TEST) return { forecast: own, notes: [] }
  const notes: Reason[] = []
  const until = ctx.now() + SLOT_BUDGET_MS
  const rivals = await backTest(asked.slice(0, MOST_METHODS), { input, period, until, notes, ctx })
  const [best] = [...rivals.theirs].sort((a, b) => mean(a.errors) - mean(b.errors))
  if (best === undefined) return { forecast: own, notes }
  const error = mean(best.errors)
  const told = { method: best.name, plugin: best.method.plugin, error, own: mean(rivals.own) }
  if (!(error < mean(rivals.own) * GAIN))
    return { forecast: own, notes: [...notes, reason('METHOD_LOST', told)] }
  const answer = await ask(
    best.method,
    { history, frequency: input.frequency, horizon: input.horizon, period },
    ctx,
    until + METHOD_DEADLINE_MS,
  )
  if (!('mean' in answer)) return { forecast: own, notes: [...notes, answer] }
  const spread = Math.sqrt(mean(best.errors.map((one) => one * one)))
  const forecast: ItemForecast = {
    ...distributed(
      answer.mean,
      answer.mean.map(() => spread),
    ),
    method: `${best.method.plugin}/${best.name}`,
    description: `${best.method.value.title.en} of ${best.method.plugin}`,
    accuracy: { ...own.accuracy, mae: error },
    models: [],
    notes: own.notes,
    fit: '',
    isRefitted: true,
  }
  return { forecast, notes: [...notes, reason('METHOD_WON', told)] }
}

interface BackTest {
  readonly input: ItemHistory
  readonly period: PeriodKind
  readonly until: number
  readonly notes: Reason[]
  readonly ctx: Port
}

/** Absolute errors of each method on what it had not seen. A method that fails once is out. */
async function backTest(
  methods: readonly Method[],
  { input, period, until, notes, ctx }: BackTest,
) {
  const { history, frequency, periodsPerYear } = input
  const held = Math.max(1, Math.min(Math.floor(frequency / 2), Math.floor(history.length / 6)))
  let alive: readonly Rival[] = methods.map((method) => ({
    name: method.value.id,
    method,
    errors: [],
  }))
  const own: number[] = []
  for (let origin = ORIGINS; origin >= 1 && alive.length > 0; origin--) {
    const cut = history.length - origin * held
    const seen = { history: history.slice(0, cut), frequency, horizon: held, periodsPerYear }
    const actual = history.slice(cut, cut + held)
    const next: Rival[] = []
    for (const rival of alive) {
      const answer = await ask(rival.method, { ...seen, period }, ctx, until)
      if ('mean' in answer)
        next.push({ ...rival, errors: [...rival.errors, ...errorsOf(answer.mean, actual)] })
      else notes.push(answer)
    }
    alive = next
    own.push(...errorsOf(forecastItem(seen).mean, actual))
  }
  return { theirs: alive, own }
}

/** The forecast of a contributed method, or the note of why there is none. */
async function ask(
  method: Method,
  request: {
    readonly history: readonly number[]
    readonly frequency: number
    readonly horizon: number
    readonly period: PeriodKind
  },
  ctx: Port,
  until: number,
): Promise<{ readonly mean: readonly number[] } | Reason> {
  const { plugin, value } = method
  const named = { method: value.id, plugin }
  const ms = Math.min(METHOD_DEADLINE_MS, until - ctx.now())
  const tooSlow = reason('METHOD_TOO_SLOW', { ...named, ms: METHOD_DEADLINE_MS })
  if (ms <= 0) return tooSlow
  try {
    const answer = await withinMs(method.call(value.handler, request), ms)
    if (answer === undefined) return tooSlow
    return isForecast(answer.value, request.horizon)
      ? answer.value
      : reason('METHOD_MALFORMED', named)
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    return reason('METHOD_FAILED', { ...named, cause: typeof code === 'string' ? code : 'UNKNOWN' })
  }
}

async function withinMs<T>(
  work: Promise<T>,
  ms: number,
): Promise<{ readonly value: T } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work.then((value) => ({ value })), late])
  } finally {
    clearTimeout(timer)
  }
}

function isForecast(
  answer: unknown,
  horizon: number,
): answer is { readonly mean: readonly number[] } {
  const mean = (answer as { mean?: unknown } | null)?.mean
  return (
    Array.isArray(mean) &&
    mean.length === horizon &&
    mean.every(
      (value) => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 1e12,
    )
  )
}

function errorsOf(mean: readonly number[], actual: readonly number[]): number[] {
  return actual.map((value, h) => Math.abs(value - Math.max(mean[h] ?? 0, 0)))
}
