import type { Day } from '../calendar/civil-day.ts'
import type { DemandClass } from '../classification/demand-class.ts'
import type { PeriodKind } from '../demand/period-rules.ts'
import type { Reason } from '../reasons/reason.ts'
import type { ItemForecast } from './forecast-item.ts'
import type { Monitor } from './monitor.ts'

/** The forecast that holds for a series, before promotions and planners, as it is kept. */
export interface StoredForecast {
  readonly mean: readonly number[]
  readonly quantiles: ItemForecast['quantiles']
  readonly counts?: ItemForecast['counts']
  /** How demand scatters: its deviation over its mean, and what kind of demand it is. */
  readonly nature?: DemandNature
  readonly accuracy: ItemForecast['accuracy']
  readonly models: ItemForecast['models']
  readonly notes: readonly Reason[]
}

export interface DemandNature {
  readonly variation: number | null
  readonly class: DemandClass
}

export interface ForecastRow extends StoredForecast {
  readonly run: string
  /** First day after the history: the coming periods begin here. */
  readonly historyEnd: Day
  readonly period: PeriodKind
  readonly method: string
  readonly description: string
  readonly fit: string
  readonly updates: number
  readonly monitor: Monitor
  readonly changes: readonly Reason[]
  readonly told: StockAlarms
}

/** Which alarms of the stock are raised; an event tells only of a new one. */
export interface StockAlarms {
  readonly isBelow: boolean
  readonly isAtRisk: boolean
  readonly isExcess: boolean
}
