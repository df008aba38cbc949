import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { addDays, dayOf } from '../calendar/days.ts'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { madeId } from '../calls/made-id.ts'
import { pageOf } from '../calls/page-place.ts'
import { gaugeStatus } from './gauge.ts'
import {
  type Calibration,
  countMeasurements,
  findGauge,
  type GaugeRow,
  insertGauge,
  keepCalibration,
  listCalibrations,
  listGauges,
  retire,
} from './gauge-store.ts'

interface GaugeInput {
  readonly gauge: string
  readonly name: string
  readonly kind: string
  readonly intervalDays: number
  readonly dueOn?: string
}

async function registerGauge(input: GaugeInput, ctx: Context) {
  const at = nowText(ctx)
  const isNew = await insertGauge(ctx, { ...input, dueOn: input.dueOn ?? null }, at)
  const row = await requireGauge(ctx, input.gauge)
  const isSame = row.name === input.name && row.kind === input.kind
  if (!isNew && !(isSame && row.intervalDays === input.intervalDays)) {
    throw new Refusal(
      'GAUGE_EXISTS',
      `${input.gauge} is registered with other words: choose another id.`,
    )
  }
  return shown(row, dayOf(ctx.now()))
}

interface CalibrationInput {
  readonly gauge: string
  readonly id: string
  readonly doneOn: string
  readonly result: Calibration['result']
  readonly dueOn?: string
  readonly certificate?: string
  readonly note?: string
}

async function calibrateGauge(
  given: Omit<CalibrationInput, 'id'> & { readonly id?: string },
  ctx: Context,
) {
  const input = { ...given, id: given.id ?? madeId(ctx) }
  const today = dayOf(ctx.now())
  requireDates(input, today)
  const gauge = await requireGauge(ctx, input.gauge)
  if (gauge.state === 'retired') {
    throw new Refusal('GAUGE_RETIRED', `${gauge.gauge} is retired: register a new one.`)
  }
  const known = await listCalibrations(ctx, input.gauge)
  const calibration = calibrationOf(input, gauge)
  if (!known.some(({ id }) => id === input.id)) {
    await keepCalibration(ctx, gauge, calibration, {
      isNewest: known.every(({ doneOn }) => doneOn <= input.doneOn),
      by: actorOf(ctx),
      at: nowText(ctx),
    })
  }
  const suspect = await suspectOf(ctx, input, known)
  return { ...shown(await requireGauge(ctx, input.gauge), today), suspect }
}

function requireDates({ doneOn, dueOn }: CalibrationInput, today: string): void {
  if (doneOn > addDays(today, 1)) {
    throw new Refusal(
      'CALIBRATION_IN_FUTURE',
      `${doneOn} is to come: send a calibration when it was done.`,
    )
  }
  if (dueOn !== undefined && dueOn <= doneOn) {
    throw new Refusal(
      'CALIBRATION_DUE_INVALID',
      'A gauge is due again after its calibration: correct dueOn.',
    )
  }
}

/** A failed calibration makes the gauge due on no day: it measures nothing until one has passed. */
function calibrationOf(input: CalibrationInput, gauge: GaugeRow): Calibration {
  const { id, doneOn, result, certificate = null, note = null } = input
  const due = input.dueOn ?? addDays(doneOn, gauge.intervalDays)
  return { id, doneOn, result, dueOn: result === 'failed' ? null : due, certificate, note }
}

/** What was measured since the gauge was last known to be good, where it is now known not to be (ISO 10012, 7.1.4). */
async function suspectOf(ctx: Context, input: CalibrationInput, known: readonly Calibration[]) {
  if (input.result === 'passed') return null
  const good = known.find(({ result, doneOn }) => result !== 'failed' && doneOn < input.doneOn)
  const since = good?.doneOn ?? null
  return { since, measurements: await countMeasurements(ctx, input.gauge, since) }
}

async function retireGauge({ gauge }: { readonly gauge: string }, ctx: Context) {
  await requireGauge(ctx, gauge)
  await retire(ctx, gauge)
  return shown(await requireGauge(ctx, gauge), dayOf(ctx.now()))
}

interface GaugesInput {
  readonly show?: 'all' | 'overdue' | 'due'
  readonly withinDays?: number
  readonly limit?: number
  readonly cursor?: string
}

async function gauges(input: GaugesInput, ctx: Context) {
  const { show = 'all', withinDays = 30, limit = 50, cursor = '' } = input
  const today = dayOf(ctx.now())
  const rows = await listGauges(ctx, {
    overdueOn: show === 'overdue' ? today : null,
    dueBefore: show === 'due' ? addDays(today, withinDays) : null,
    after: cursor,
    limit: limit + 1,
  })
  return pageOf(
    rows,
    limit,
    ({ gauge }) => gauge,
    (row) => shown(row, today),
  )
}

async function requireGauge(ctx: Context, gauge: string): Promise<GaugeRow> {
  const row = await findGauge(ctx, gauge)
  if (row !== undefined) return row
  throw new Refusal('GAUGE_UNKNOWN', `There is no gauge ${gauge}: register it first.`)
}

function shown(row: GaugeRow, today: string) {
  const { gauge, name, kind, intervalDays, dueOn } = row
  return { gauge, name, kind, intervalDays, dueOn, status: gaugeStatus(row, today) }
}

export const gaugeOperations = { registerGauge, calibrateGauge, retireGauge, gauges }
