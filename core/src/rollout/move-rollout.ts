import { declaredPlans } from '@signalbox/sdk/declared-plans'
import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { LOST_CHANGE_MS } from '../audit/change.ts'
import { insertService } from '../catalog/catalog-store.ts'
import { changeDeclaredPlans } from '../catalog/change-declared-plans.ts'
import { coreErrors } from '../errors.ts'
import { findInstallation, moveInstallation, setStableVersion } from '../registry/registry-store.ts'
import { requireRequired } from '../registry/required-plugins.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import { documentOf, isOfPlugin } from './documents/document-subject.ts'
import { lockStableDocument, putStableDocument } from './documents/stable-document-store.ts'
import type { PauseReason } from './plan/pause-reasons.ts'
import { refusedCommand } from './refused-command.ts'
import { rolloutFacts } from './rollout-facts.ts'
import {
  beginsStep,
  mayBeHeld,
  moveOf,
  nextStep,
  type RolloutCommand,
  unmetGuards,
} from './rollout-states.ts'
import {
  listGroup,
  lockRollouts,
  lockRolloutsOf,
  type Rollout,
  type Transition,
  updateRollout,
} from './rollout-store.ts'
import { weightOf } from './rollout-weight.ts'
import { heldStandstill } from './standstill/freeze-store.ts'
import type { Standstill } from './standstill/freezes.ts'
import { listSuperseded, supersededBy } from './superseded-rollouts.ts'
import { noTallies, readTallies } from './tally-store.ts'

/** Why a command is given, and what it rests on. */
export interface Ground {
  readonly reason: Localized
  readonly evidence?: Readonly<Record<string, unknown>>
  /** Only where the rollout is still as the decision saw it; else the command is dropped. */
  readonly seen?: Pick<Rollout, 'revision'>
  /** Whoever gave it is told that it was dropped. */
  readonly isStrict?: boolean
  /** Of `start`: whatever else shares calls of the plugin is taken back in the same transaction. */
  readonly supersedes?: boolean
  /** Of `pause`; a person's is `manual`. */
  readonly pauseFor?: PauseReason
}

export interface Asked {
  readonly id: string
  readonly command: RolloutCommand
  readonly actor: string
  readonly ground: Ground
  readonly now: number
  /** Absent: there is nobody to rehearse migrations. */
  readonly rehearsals?: MetRehearsals | undefined
}

/** Whether the migration between a rollout's versions may be released; see rehearsal/rehearsal-service.ts. */
export interface MetRehearsals {
  isMet(trx: Knex, rollout: Rollout): Promise<boolean>
}

/** One rollout that was moved. */
export interface Moved {
  readonly rollout: Rollout
  readonly transition: Omit<Transition, 'generation'>
}

/** Another command was first: what this one was decided upon is no longer so. */
export class Overtaken extends Error {}

/**
 * Moves a rollout and those of its group, all or none, within the caller's transaction.
 * @throws CORE_ROLLOUT_MISSING, CORE_ROLLOUT_COMMAND_REFUSED naming what stands in the way; Overtaken
 */
export async function moveRollouts(trx: Knex.Transaction, asked: Asked): Promise<readonly Moved[]> {
  const { id, ground } = asked
  await trx.raw("select set_config('idle_in_transaction_session_timeout', ?, true)", [
    String(LOST_CHANGE_MS),
  ])
  const before = await lockBefore(trx, asked)
  const { rollouts, older } = await lockMoved(trx, asked, before)
  const named = rollouts.find((one) => one.id === id)
  if (named === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout: id })
  if (ground.seen !== undefined && ground.seen.revision !== named.revision) throw new Overtaken()
  const moved: Moved[] = []
  // The older canary is given nothing any more before the newer one is given anything.
  const ending = {
    ...asked,
    command: 'supersede',
    ground: { reason: supersededBy(named) },
  } as const
  for (const rollout of older) {
    moved.push({ rollout, transition: await moveOne(trx, rollout, ending, before) })
  }
  for (const rollout of rollouts) {
    moved.push({ rollout, transition: await moveOne(trx, rollout, asked, before) })
  }
  return moved
}

/** Of commands that nothing holds. */
const nothing: Standstill = { lockdown: undefined, freezes: [] }

/** What of the plugins is held before their rollouts are. */
interface Before {
  readonly standstill: Standstill
  /** By rollout. */
  readonly stable: ReadonlyMap<string, string | null>
}

/**
 * What else is installed, then freezes, then plugins by their names, and rollouts last: as removals do, and whoever
 * writes a freeze. Two moves that share plugins never wait for each other in a circle. A group stays as it was planned.
 */
async function lockBefore(trx: Knex.Transaction, asked: Asked): Promise<Before> {
  const { id, command } = asked
  const known = await listGroup(trx, id)
  const older = supersedes(asked) ? await listSuperseded(trx, known) : []
  if (command === 'start') {
    for (const one of known.filter(isOfPlugin)) await requireRequired(trx, one.plugin, one.to)
  }
  const standstill = mayBeHeld(command) ? await heldStandstill(trx) : nothing
  const stable = new Map<string, string | null>()
  const sorted = [...known, ...older].sort((one, other) => (one.plugin < other.plugin ? -1 : 1))
  for (const one of sorted) stable.set(one.id, await lockStable(trx, one))
  return { standstill, stable }
}

/** The version that is stable now, held until the transaction ends. */
async function lockStable(trx: Knex.Transaction, rollout: Rollout): Promise<string | null> {
  const { stableVersion } = await lockInstalled(trx, rollout.plugin)
  if (isOfPlugin(rollout)) return stableVersion
  return (await lockStableDocument(trx, rollout.plugin, documentOf(rollout))) ?? null
}

function supersedes({ command, ground }: Asked): boolean {
  return command === 'start' && ground.supersedes === true
}

interface Locked {
  readonly rollouts: readonly Rollout[]
  /** What the start of these ends. */
  readonly older: readonly Rollout[]
}

/** What is moved, by id. What began only while the plugins were being locked is not superseded: `alone` refuses then. */
async function lockMoved(trx: Knex.Transaction, asked: Asked, before: Before): Promise<Locked> {
  if (!supersedes(asked)) return { rollouts: await lockRollouts(trx, asked.id), older: [] }
  const group = await listGroup(trx, asked.id)
  const own = new Set(group.map(({ id }) => id))
  const found = await listSuperseded(trx, group)
  const isLocked = found.every(({ id }) => before.stable.has(id))
  const ids = isLocked ? [...own, ...found.map(({ id }) => id)] : [...own]
  const locked = await lockRolloutsOf(trx, ids)
  return {
    rollouts: locked.filter(({ id }) => own.has(id)),
    older: locked.filter(({ id }) => !own.has(id)),
  }
}

async function moveOne(
  trx: Knex.Transaction,
  rollout: Rollout,
  { command, actor, ground, now, rehearsals }: Asked,
  before: Before,
): Promise<Omit<Transition, 'generation'>> {
  const { id, state, step } = rollout
  const { standstill } = before
  const stable = before.stable.get(id) ?? null
  const move = moveOf(state, command)
  // To go back or to pause asks for no figures: that they cannot be read must not stand in the way.
  const asksFigures = (move?.guards.length ?? 0) > 0 || beginsStep(command)
  const tallies = asksFigures ? await readTallies(trx, id) : noTallies
  const guards = move?.guards ?? []
  const asksRehearsal = guards.includes('rehearsed') && isOfPlugin(rollout)
  const isRehearsed = !asksRehearsal || ((await rehearsals?.isMet(trx, rollout)) ?? true)
  const asked = { rollout, actor, stable, tallies, now, standstill, isRehearsed }
  const facts = await rolloutFacts(trx, asked, guards)
  const [unmet] = unmetGuards(state, command, facts)
  if (move === undefined || unmet !== undefined) {
    throw refusedCommand({ rollout, command, unmet, standstill, now })
  }
  const next = { state: move.to, step: nextStep(step, command) }
  const begin = { at: now, exposures: tallies.judge.calls.canary }
  await updateRollout(trx, id, {
    ...next,
    pausedFor: command === 'pause' ? (ground.pauseFor ?? 'manual') : null,
    startedBy: command === 'start' ? actor : rollout.startedBy,
    acceptedStep: acceptedAfter(rollout, command),
    ...(beginsStep(command) ? { begin } : {}),
  })
  await switchStable(trx, rollout, command)
  return {
    command,
    from: state,
    to: next.state,
    step: next.step,
    weightBp: weightOf({ ...rollout, ...next }),
    actor,
    reason: ground.reason,
    evidence: ground.evidence ?? {},
  }
}

/** Whoever resumes what a suspicion paused has looked at it, for this step. */
function acceptedAfter({ pausedFor, step, acceptedStep }: Rollout, command: RolloutCommand) {
  const isSuspicion = pausedFor === 'signal' || pausedFor === 'srm'
  return command === 'resume' && isSuspicion ? step : acceptedStep
}

/** The pointer swap: what is stable from this generation on. The other version stays installed and warm. */
async function switchStable(
  trx: Knex.Transaction,
  rollout: Rollout,
  command: RolloutCommand,
): Promise<void> {
  if (command !== 'promote' && command !== 'rollback') return
  const { plugin, from, to } = rollout
  const [now, before] = command === 'promote' ? [to, from] : [from, to]
  if (!isOfPlugin(rollout)) {
    await putStableDocument(trx, plugin, documentOf(rollout), now)
    return
  }
  await moveInstallation(trx, { plugin, version: before }, 'stable', 'warm')
  await moveInstallation(trx, { plugin, version: now }, 'warm', 'stable')
  await setStableVersion(trx, plugin, now)
  const installation = await findInstallation(trx, plugin, now)
  const replaced = (await findInstallation(trx, plugin, before))?.manifest ?? {}
  for (const { id, major } of Object.values(installation?.contracts ?? {})) {
    const plans = declaredPlans(installation?.manifest ?? {}, id, major)
    await insertService(trx, { id, major, plugin }, plans)
    await changeDeclaredPlans(trx, { id, major }, declaredPlans(replaced, id, major), plans)
  }
}
