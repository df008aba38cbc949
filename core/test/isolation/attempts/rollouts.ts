import { type AttemptRow, call, type Known } from '../attempt-row.ts'

/**
 * Documents that plugins release: whose rollout it is, is told by who asks and where, and by no id. Every party has a
 * rollout of the same document of the same kind, and knows the ids of all.
 */
const paper = { kind: 'paper' } as const
const guide = { ...paper, id: 'guide' } as const
const next = { ...guide, from: '1', to: 'planted' } as const

/** What another plugin of the tenant tries with the victim's, and the same plugin in another tenant with its twin's. */
function both(
  name: string,
  after: string,
  tries: (of: Known['victim']) => ReturnType<typeof call>,
  works: { readonly isForOwner: boolean } = { isForOwner: true },
): readonly AttemptRow[] {
  const row = { name, capability: 'rollout:use', after }
  const { isForOwner } = works
  return [
    {
      ...row,
      from: 'neighbour',
      tries: ({ victim }) => tries(victim),
      ...(isForOwner ? { worksFor: 'victim' } : {}),
    },
    {
      ...row,
      from: 'stranger',
      tries: ({ twin }) => tries(twin),
      ...(isForOwner ? { worksFor: 'twin' } : {}),
    },
  ]
}

const move = (command: string) =>
  both(`${command} of a rollout that is not its own`, 'effect', ({ rollout }) =>
    call(`rollouts.${command}`, { ...paper, rollout, reason: 'planted' }),
  )

const refused = { isForOwner: false } as const

const release = (name: string, more: object): readonly AttemptRow[] =>
  both(name, 'effect', () => call('rollouts.plan', { ...next, ...more }), refused)

const outsider = (name: string, path: (known: Known) => string): AttemptRow => ({
  name,
  capability: 'http',
  from: 'outsider',
  after: 'document',
  asks: (known) => ({ as: 'admin', method: 'GET', path: path(known) }),
})

/** In an order in which their owner can make them, one after the other. */
export const rolloutAttempts: readonly AttemptRow[] = [
  ...both('the version of a document that others have too', 'document', () =>
    call('rollouts.pick', guide),
  ),
  ...move('pause'),
  ...move('resume'),
  ...move('promote'),
  ...move('rollback'),
  // Whoever may plan it again may start it and end it.
  ...both(
    'start of a rollout that is not its own',
    'effect',
    ({ rollout }) => call('rollouts.start', { ...paper, rollout }),
    refused,
  ),
  ...both(
    'abort of a rollout that is not its own',
    'effect',
    ({ rollout }) => call('rollouts.abort', { ...paper, rollout }),
    refused,
  ),
  ...both(
    'a move of a rollout under another kind',
    'effect',
    ({ rollout }) => call('rollouts.pause', { kind: 'plugin', rollout }),
    refused,
  ),
  ...both(
    'a report of a pick that was drawn for others',
    'effect',
    ({ pick }) => call('rollouts.report', { ...paper, pick, outcome: 'bad' }),
    refused,
  ),
  ...release('a release of the version of a plugin', { kind: 'plugin', id: '@victim/one' }),
  ...release('a release of a kind that was not granted', { kind: 'inspection-plan' }),
  ...release('a release in the name of another plugin', { plugin: '@victim/one' }),
  ...release('a release in another tenant', { tenant: 'acme' }),
  ...release('a release that names what is of a third tenant', { allow: ['app:initech/app'] }),
  outsider('a rollout of a document of another tenant', ({ victim }) => {
    return `/v1/rollouts/${victim.rollout}`
  }),
  outsider('rollouts of documents', () => '/v1/rollouts?kind=paper'),
  {
    ...outsider('what happened to the rollouts of another tenant', () => {
      return '/v1/tenants/acme/rollout-events'
    }),
    worksFor: 'admin',
  },
]
