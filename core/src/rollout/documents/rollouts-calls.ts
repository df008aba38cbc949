import type { CallScope } from '../../broker/call-scope.ts'
import type { GrantedCall, HostCall } from '../../broker/host-call.ts'
import type { CohortCall } from '../cohorts/cohort.ts'
import type { Grant } from '../routing/snapshot.ts'
import type { CommandWish, DocumentRollouts, Owner, PickWish, Report } from './document-rollouts.ts'
import { kindSchema } from './document-subject.ts'
import type { DocumentWish } from './document-wish.ts'

/** By what a pick may be drawn, beside what the call itself is known by. */
interface Keys {
  readonly unit?: string
  readonly entity?: string
  readonly app?: string
  readonly subject?: string
}

const word = { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f]{1,200}$' } as const
const version = { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f]{1,100}$' } as const
/** Every move is read by every node, and a release is a rare thing. */
const budget = { ratePerS: 0.2, burst: 60 } as const

const shared = {
  capability: 'rollout:use',
  covers: ({ parameters }: Grant, { kind }: { kind: string }) =>
    // Versions of the plugin itself are the operator's to release.
    kind !== 'plugin' && parameters['kind'] === kind,
  facet: ({ kind }: { kind: string }) => kind,
} as const

/** `ctx.rollouts`: a plugin releases what it keeps itself through the host's cohorts and judge. */
export function rolloutsCalls(documents: DocumentRollouts): Readonly<Record<string, HostCall>> {
  return {
    'rollouts.plan': planCall(documents),
    'rollouts.move': { ...commandCall(documents, ['start', 'resume', 'promote']), budget },
    // To hold and to go back has no budget: each of them ends what one with a budget began.
    'rollouts.stop': commandCall(documents, ['pause', 'abort', 'rollback']),
    'rollouts.pick': pickCall(documents),
    'rollouts.report': reportCall(documents),
  }
}

function planCall(documents: DocumentRollouts): HostCall {
  return {
    ...shared,
    schema: objectOf(['kind', 'id', 'from', 'to'], {
      kind: kindSchema,
      id: word,
      from: version,
      to: version,
      steps: { type: 'array', maxItems: 50 },
      callsPerDay: { type: 'number', minimum: 0, maximum: 1e12 },
      cohortBy: { enum: ['request', 'app', 'subject', 'unit', 'entity'] },
      deny: { type: 'array', maxItems: 1000 },
      allow: { type: 'array', maxItems: 1000 },
    }),
    hasEffect: () => true,
    budget,
    audit: ({ request: { kind, id, from, to } }: GrantedCall<DocumentWish>) => ({
      subject: `${kind} ${id}`,
      detail: { from, to },
    }),
    run: async ({ scope, request }: GrantedCall<DocumentWish>) =>
      viewOf(await documents.plan(ownerOf(scope), request)),
  }
}

function commandCall(
  documents: DocumentRollouts,
  commands: readonly CommandWish['command'][],
): HostCall {
  return {
    ...shared,
    schema: objectOf(['kind', 'rollout', 'command'], {
      kind: kindSchema,
      rollout: { type: 'string', pattern: '^rol_[0-9a-f]{16}$' },
      command: { enum: commands },
      reason: { type: 'string', minLength: 1, maxLength: 500 },
    }),
    hasEffect: () => true,
    audit: ({ request: { rollout, command } }: GrantedCall<CommandWish>) => ({
      subject: rollout,
      detail: { command },
    }),
    run: async ({ scope, request }: GrantedCall<CommandWish>) =>
      viewOf(await documents.command(ownerOf(scope), request)),
  }
}

/** Counts as a read, as ctx.meter does: a safe operation that picks stays one, and a replay is told what it was told. */
function pickCall(documents: DocumentRollouts): HostCall {
  return {
    ...shared,
    schema: objectOf(['kind', 'id'], {
      kind: kindSchema,
      id: word,
      unit: word,
      entity: word,
      app: word,
      subject: word,
    }),
    hasEffect: () => false,
    run: ({ scope, request }: GrantedCall<PickWish & Keys>) => {
      const isCounted = scope.shadow === undefined
      return documents.pick(ownerOf(scope), request, cohortCallOf(scope, request), isCounted)
    },
  }
}

function reportCall(documents: DocumentRollouts): HostCall {
  return {
    ...shared,
    schema: objectOf(['kind', 'pick', 'outcome'], {
      kind: kindSchema,
      pick: { type: ['string', 'null'], maxLength: 2000 },
      outcome: { enum: ['ok', 'bad'] },
      ms: { type: 'number', minimum: 0, maximum: 86_400_000 },
    }),
    hasEffect: () => false,
    run: async ({ scope, request }: GrantedCall<Report>) => {
      if (scope.shadow !== undefined) return { counted: false }
      return { counted: await documents.report(ownerOf(scope), request) }
    },
  }
}

function objectOf(required: readonly string[], properties: Readonly<Record<string, unknown>>) {
  return { type: 'object', required, additionalProperties: false, properties }
}

function ownerOf({ tenant, version: { plugin }, traceId }: CallScope): Owner {
  return { tenant, plugin, traceId }
}

function cohortCallOf({ tenant, principal, requestId }: CallScope, keys: Keys): CohortCall {
  const { unit, entity } = keys
  const app = keys.app ?? (principal.kind === 'app' ? principal.id : undefined)
  const subject = keys.subject ?? (principal.kind === 'user' ? principal.id : undefined)
  return {
    requestId,
    tenant,
    ...(unit === undefined ? {} : { unit }),
    ...(entity === undefined ? {} : { entity }),
    ...(app === undefined ? {} : { app }),
    ...(subject === undefined ? {} : { subject }),
  }
}

/** Of a rollout what its plugin needs to go on with it. */
function viewOf(rollout: Awaited<ReturnType<DocumentRollouts['plan']>>) {
  const { id, kind, document, from, to, state, step, steps, pausedFor, revision } = rollout
  return { id, kind, document, from, to, state, step, steps, pausedFor, revision }
}
