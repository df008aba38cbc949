import {
  type CallContributor,
  contributionsCallRule,
  contributionsListRule,
  type ListPoint,
  requireContributor,
  requireOwnPoint,
} from '../host-calls/contribution-rules.ts'
import { guestFailures } from '../host-calls/guest-failures.ts'
import { identityUnitsRule, shownUnits, UNITS_PAGE } from '../host-calls/identity-rules.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'

/** What a plugin asks of the tenant around it: its units, and what other plugins put into a point. */
export function tenantCalls(ports: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  const { installed, answers } = ports
  return {
    'identity.units': {
      ...identityUnitsRule,
      run: ({ request: { cursor = '' }, grant }: Admitted<{ readonly cursor?: string }>) => {
        const units = [...(answers.units ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))
        const page = units.filter(({ id }) => id > cursor).slice(0, UNITS_PAGE)
        return shownUnits(page, grant)
      },
    },
    'contributions.list': {
      ...contributionsListRule,
      run: ({ request: { point } }: Admitted<ListPoint>) => {
        requireOwnPoint(installed, point)
        return fitting(ports, point).map(({ plugin, version = '1.0.0', value }) => {
          return { plugin, version, value }
        })
      },
    },
    'contributions.call': {
      ...contributionsCallRule,
      run: async ({ request }: Admitted<CallContributor>) => {
        const { point, plugin, handler, input } = request
        requireOwnPoint(installed, point)
        const found = fitting(ports, point)
        requireContributor(found, request)
        const owner = found.find((one) => Object.hasOwn(one.handlers ?? {}, handler))
        const run = owner?.plugin === plugin ? owner.handlers?.[handler] : undefined
        if (run !== undefined) return (await run(input)) ?? null
        const entry = `contributions[${JSON.stringify(point)}][${JSON.stringify(handler)}]`
        throw guestFailures.create('HANDLER_MISSING', { plugin, version: '1.0.0', entry })
      },
    },
  }
}

/** By plugin, and without what does not fit the point's schema: that is left out by a real host, too. */
function fitting({ installed, answers }: MemoryPorts, point: string) {
  const { contributions = {} } = answers
  const given = Object.hasOwn(contributions, point) ? (contributions[point] ?? []) : []
  const validate = installed.points.get(point)
  return [...given]
    .filter(({ value }) => validate?.(value) === true)
    .sort((a, b) => (a.plugin < b.plugin ? -1 : a.plugin > b.plugin ? 1 : 0))
}
