import { scalar } from '@signalbox/sdk'
import { carrierOf } from './detect-carrier.ts'

/** `tracking_carrier(number)`: the one carrier whose numbers look so; empty where none or several do. */
export const carrierUdf = scalar(
  { args: ['utf8'], returns: 'utf8' },
  (number) => carrierOf(number) ?? '',
)
