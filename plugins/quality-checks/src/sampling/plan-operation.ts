import type { Context } from '@signalbox/sdk'
import {
  acceptanceProbability,
  averageSampleNumber,
  stageChances,
} from './operating-characteristics.ts'
import type { PlanRequest, PlanStage, QualityUnit } from './plan-types.ts'
import type { QualityModel } from './quality-model.ts'
import { qualityAt } from './risk-points.ts'
import { planFor, tabledPlan } from './sampling-plan.ts'
import { schemeTables } from './scheme-store.ts'

/** Up to here an AQL that does not say what it counts is percent nonconforming (ISO 2859-1, 5.1). */
const HIGHEST_PERCENT_AQL = 10
/** Where the OC curve is told by a few numbers: the producer's, the indifferent and the consumer's point. */
const POINTS = { producer: 0.95, indifferent: 0.5, consumer: 0.1 } as const

/** What the contract says of fields left out. */
const usual = {
  scheme: 'mil-std-105e',
  type: 'single',
  level: 'II',
  severity: 'normal',
} as const

export type PlanInput = Pick<PlanRequest, 'lotSize' | 'aql'> & Partial<PlanRequest>

/** The plan of a lot, as it is inspected and as the table prints it, and what it lets pass. */
export async function plan(wish: PlanInput, ctx: Pick<Context, 'db'>) {
  const input: PlanRequest = { ...usual, ...wish }
  const tables = await schemeTables(ctx, input.scheme)
  const tabled = tabledPlan(input, tables)
  const { letter, type, stages, wholeLot } = planFor(input, tables)
  const unit = unitOf(input)
  return {
    scheme: tables.scheme,
    title: tables.title,
    letter,
    severity: input.severity,
    type,
    unit,
    stages,
    wholeLot,
    table: tabled.stages,
    characteristics: characteristicsOf(tabled.stages, modelOf(unit), input.aql / 100),
  }
}

function characteristicsOf(stages: readonly PlanStage[], model: QualityModel, aql: number) {
  return {
    acceptedAtAql: acceptanceProbability(stages, model, aql),
    averageSampleAtAql: averageSampleNumber(stageChances(stages, model, aql)),
    producerQuality: qualityAt(stages, model, POINTS.producer),
    indifferentQuality: qualityAt(stages, model, POINTS.indifferent),
    consumerQuality: qualityAt(stages, model, POINTS.consumer),
  }
}

function unitOf({ unit, aql }: PlanRequest): QualityUnit {
  return unit ?? (aql > HIGHEST_PERCENT_AQL ? 'nonconformities-per-100' : 'percent-nonconforming')
}

function modelOf(unit: QualityUnit): QualityModel {
  return { kind: unit === 'percent-nonconforming' ? 'binomial' : 'poisson' }
}
