import type {
  EmbeddedContents,
  PlanContainer,
  SignatureIncrement,
  SigningPlan,
} from './signing-plan.ts'

/** The plan after an increment, which says where the increment's container stands: so it is read again without the file around it. */
export function withContainer(
  { nextPlan, byteRange }: Pick<SignatureIncrement, 'nextPlan' | 'byteRange'>,
  { vriKey }: Pick<EmbeddedContents, 'vriKey'>,
  { field, kind }: Pick<PlanContainer, 'field' | 'kind'>,
): SigningPlan {
  const [, offset, end] = byteRange
  const container: PlanContainer = { field, kind, offset, length: end - offset, vriKey }
  return { ...nextPlan, containers: [...(nextPlan.containers ?? []), container] }
}
