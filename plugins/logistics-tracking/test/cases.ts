import { existsSync, readFileSync } from 'node:fs'
import type { Status } from '../src/scans/status.ts'

/** Numbers, words and scenarios with known answers; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../shared/cases/domain/logistics/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/logistics beside the repository'

export interface NumberCase {
  readonly courier: string
  readonly id: string | null
  readonly number: string
  readonly valid: boolean
}

export interface Scenario {
  readonly name: string
  readonly events: readonly {
    readonly source: string
    readonly status: string
    readonly eventTime: string
    readonly location: string
  }[]
  readonly expect: {
    readonly status: string
    readonly events?: number
    readonly deliveredAt?: string
    readonly order?: readonly string[]
    readonly sources?: readonly string[]
    readonly attempts?: number
  }
}

/** The cases' fifteen words, as the plugin's own pack maps them. */
export const wordOf: Readonly<Record<string, Status>> = {
  pending: 'registered',
  info_received: 'label-created',
  picked_up: 'picked-up',
  in_transit: 'in-transit',
  customs: 'customs',
  out_for_delivery: 'out-for-delivery',
  available_for_pickup: 'available-for-pickup',
  attempt_failed: 'delivery-attempted',
  exception: 'exception',
  delivered: 'delivered',
  returning: 'returning',
  returned: 'returned',
  cancelled: 'cancelled',
  lost: 'lost',
  expired: 'exception',
}

export const numberCases = () => read<NumberCase[]>('tracking_numbers.json')
export const scenarios = () => read<Scenario[]>('tracking_scenarios.json')
export const vocabulary = () =>
  read<Record<string, Record<string, string>>>('carrier_status_vocabulary.json')
export const easypostSamples = () => read<unknown[]>('easypost_tracker_samples.json')

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
}
