import { type Context, Refusal } from '@signalbox/sdk'
import { instantText } from '../calls/instant.ts'
import { type LogisticsConfig, offsetMs } from '../settings.ts'
import { dispatchSeason } from './dispatch-season.ts'
import { expectArrival } from './expect-arrival.ts'
import { knownLanes } from './lane-store.ts'

interface EtaInput {
  readonly lane: string
  readonly dispatchedAt: string
  readonly promisedAt?: string
}

const writtenLane = /^(.+?) > (.+?)(?: \/ ([^/]+))?$/s

/** When something would arrive that leaves, or left, at an instant; a lane is written `from > to / carrier`, or without its carrier. */
async function eta({ lane, dispatchedAt, promisedAt }: EtaInput, ctx: Context) {
  const [, from, to, carrier = 'any'] = writtenLane.exec(lane) ?? []
  if (from === undefined || to === undefined) {
    throw new Refusal('LANE_INVALID', 'Write a lane as `from > to / carrier`, or as `from > to`.')
  }
  const nowMs = ctx.now()
  const fromMs = Date.parse(dispatchedAt)
  const season = dispatchSeason(fromMs, offsetMs(ctx.config as LogisticsConfig))
  const trip = {
    lane: `${from} > ${to}`,
    carrier,
    milestone: 'dispatched',
    season,
    fromMs,
  } as const
  const lanes = await knownLanes(ctx, [trip])
  const promised = promisedAt === undefined ? undefined : Date.parse(promisedAt)
  const found = expectArrival(lanes, [trip], Math.max(nowMs, fromMs), promised)
  if (found === undefined) {
    throw new Refusal(
      'LANES_UNKNOWN',
      'Nothing has been delivered and learned from yet; lanes are learned every hour.',
    )
  }
  const text = (ms: number) => instantText(Math.round(ms))
  return {
    early: text(found.earlyMs),
    median: text(found.medianMs),
    late: text(found.lateMs),
    ...(found.lateProbability === undefined ? {} : { lateProbability: found.lateProbability }),
    observations: found.observations,
  }
}

export const arrivalOperations = { eta }
