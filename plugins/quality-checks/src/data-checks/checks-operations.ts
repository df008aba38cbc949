import { Refusal } from '@signalbox/sdk'
import {
  type CheckChoice,
  checksOf,
  findCheck,
  listChecks,
  type StoredCheck,
  saveCheck,
} from './checks-store.ts'
import type { CheckDefinition, CheckState } from './data-check-types.ts'
import type { Page } from './datasets-operations.ts'
import { findDataset } from './datasets-store.ts'
import type { DataChecksPort } from './ports.ts'
import { ruleFields } from './rule-fields.ts'
import { requireDataset } from './run-service.ts'
import { validateCheck } from './validate-check.ts'

type Port = DataChecksPort

/** A run tells each change of a state with its end, and a transaction tells at most 64 events. */
const MAX_CHECKS = 64

export interface CheckView extends CheckDefinition {
  readonly revision: number
  readonly state: CheckState
  readonly since?: string
}

function viewOf({ definition, revision, state, since }: StoredCheck): CheckView {
  return {
    ...definition,
    dimension: definition.dimension ?? ruleFields[definition.rule].dimension,
    revision,
    state: state ?? 'not-assessed',
    ...(since === null ? {} : { since }),
  }
}

/** Makes a check, or changes it; what it found so far stays. */
export async function defineCheck(
  input: CheckDefinition & { readonly revision?: number },
  ctx: Port,
): Promise<CheckView> {
  const { revision, ...definition } = input
  const { definition: dataset } = await requireDataset(definition.dataset, ctx)
  const other =
    definition.otherDataset === undefined
      ? undefined
      : await findDataset(definition.otherDataset, ctx)
  validateCheck(definition, dataset, other?.definition)
  const known = await findCheck(definition.check, ctx)
  if (known && known.definition.dataset !== definition.dataset)
    throw new Refusal(
      'CHECK_OF_OTHER_DATASET',
      `The check ${definition.check} is of the dataset ${known.definition.dataset}; give this one another id.`,
    )
  if (known && revision !== undefined && revision !== known.revision) throw changedMeanwhile()
  await refuseTooMany(definition, ctx)
  if (!(await saveCheck(definition, known?.revision, ctx))) throw changedMeanwhile()
  return viewOf((await findCheck(definition.check, ctx)) as StoredCheck)
}

function changedMeanwhile(): Refusal {
  return new Refusal(
    'REVISION_OUTDATED',
    'Somebody changed it meanwhile; read it again and change that.',
  )
}

async function refuseTooMany(
  { check, dataset, enabled = true }: CheckDefinition,
  ctx: Port,
): Promise<void> {
  if (!enabled) return
  const others = (await checksOf([dataset], ctx)).filter(
    ({ definition }) => definition.check !== check && (definition.enabled ?? true),
  )
  if (others.length >= MAX_CHECKS)
    throw new Refusal(
      'CHECKS_TOO_MANY',
      `A dataset has at most ${MAX_CHECKS} enabled checks; disable one first.`,
    )
}

export async function checks(
  { limit = 50, cursor = '', ...choice }: Page & CheckChoice,
  ctx: Port,
): Promise<{ items: CheckView[]; next?: string }> {
  const found = await listChecks(choice, cursor, limit + 1, ctx)
  const items = found.slice(0, limit).map(viewOf)
  return found.length > limit ? { items, next: items.at(-1)?.check ?? '' } : { items }
}

/** @throws CHECK_UNKNOWN */
export async function requireCheck(
  check: string,
  ctx: Pick<Port, 'db' | 'tenant'>,
): Promise<StoredCheck> {
  const found = await findCheck(check, ctx)
  if (!found) throw new Refusal('CHECK_UNKNOWN', `There is no check ${check}; define it first.`)
  return found
}
