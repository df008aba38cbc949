import { Refusal } from '@signalbox/sdk'
import { writtenKey } from '../identifiers/written-key.ts'
import type { Limit } from './excursions.ts'
import type { Measure } from './measure.ts'

/** What a limit is for. */
export type LimitScope = 'all' | 'product' | 'lot' | 'unit' | 'shipment' | 'device'

export interface SensorLimit extends Limit {
  readonly id: string
  readonly scope: LimitScope
  /** Which product, lot, unit, shipment or device; empty for all. */
  readonly value: string
  readonly measure: Measure
}

export interface LimitWish {
  readonly scope: LimitScope
  readonly value?: string
  readonly measure: Measure
  readonly lower?: number
  readonly upper?: number
  readonly hysteresis?: number
  readonly allowedMinutes?: number
}

/**
 * One limit for each scope and measure: set again, it is changed.
 * @throws Refusal LIMIT_INVALID
 */
export function sensorLimit({
  scope,
  value = '',
  measure,
  lower,
  upper,
  ...wish
}: LimitWish): SensorLimit {
  const { hysteresis = 0, allowedMinutes = 0 } = wish
  if ((scope === 'all') !== (value === '')) {
    throw invalid('Name what the limit is for, by value; a limit for all has none.')
  }
  if (lower === undefined && upper === undefined) throw invalid('Give a lower or an upper limit.')
  const width = (upper ?? Infinity) - (lower ?? -Infinity)
  if (!(width > 0) || hysteresis * 2 > width) {
    throw invalid(
      'The upper limit is above the lower, and the hysteresis leaves room between them.',
    )
  }
  const named = scope === 'shipment' || value === '' ? value : writtenKey(value)
  return {
    id: `${measure} ${scope} ${named}`.trim(),
    ...{ scope, value: named, measure, hysteresis, allowedMinutes },
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  }
}

function invalid(message: string): Refusal {
  return new Refusal('LIMIT_INVALID', message)
}

/** What a series is of, by the scopes of limits. */
export interface Watched {
  readonly device: string
  readonly units: readonly string[]
  readonly lots: readonly string[]
  readonly products: readonly string[]
  readonly shipments: readonly string[]
}

/** Every limit that fits is watched by itself: the strictest one tells first. */
export function fits(limit: SensorLimit, measure: Measure, watched: Watched): boolean {
  if (limit.measure !== measure) return false
  const values: Readonly<Record<LimitScope, readonly string[]>> = {
    all: [''],
    product: watched.products,
    lot: watched.lots,
    unit: watched.units,
    shipment: watched.shipments,
    device: [watched.device],
  }
  return values[limit.scope].includes(limit.value)
}
