import { Refusal } from '@signalbox/sdk'
import { type CurvesInput, checkQuality, modelOf } from './curves-operation.ts'
import { findPlan, planForLimitingQuality, type RiskPoint } from './find-plan.ts'
import { acceptanceProbability } from './operating-characteristics.ts'
import { acceptanceByVariables, findVariablesPlan } from './variables-plan.ts'

export interface FindPlanInput {
  /** What is measured: attributes are counted, variables measured by s or a known sigma. */
  readonly by?: 'attributes' | 's' | 'sigma'
  readonly model?: NonNullable<CurvesInput['model']>
  readonly lotSize?: number
  readonly producer?: RiskPoint
  readonly consumer: RiskPoint
  /** Without a producer's point: the acceptance number of a plan for limiting quality; 0 is a c = 0 plan. */
  readonly accept?: number
}

/** The smallest plan for given risks, and the risks that it really has. */
export function findPlanFor(input: FindPlanInput) {
  const { by = 'attributes' } = input
  const counts = by === 'attributes' ? modelOf(input) : ({ kind: 'binomial' } as const)
  checkQuality(counts, input.consumer.quality)
  return by === 'attributes' ? byAttributes(input) : byVariables(input, by)
}

function byAttributes(input: FindPlanInput) {
  const model = modelOf(input)
  const { producer, consumer, accept = 0 } = input
  const found =
    producer === undefined
      ? planForLimitingQuality(model, accept, consumer)
      : findPlan(model, producer, consumer)
  const chance = ({ quality }: RiskPoint) => acceptanceProbability([found], model, quality)
  return {
    attributes: found,
    consumerAccepted: chance(consumer),
    ...(producer === undefined ? {} : { producerAccepted: chance(producer) }),
  }
}

function byVariables({ producer, consumer }: FindPlanInput, method: 's' | 'sigma') {
  if (producer === undefined) {
    throw new Refusal(
      'PRODUCER_POINT_MISSING',
      'A plan by variables needs both points: say in producer which quality shall be accepted how often.',
    )
  }
  const variables = findVariablesPlan(method, producer, consumer)
  return {
    variables,
    consumerAccepted: acceptanceByVariables(variables, consumer.quality),
    producerAccepted: acceptanceByVariables(variables, producer.quality),
  }
}
