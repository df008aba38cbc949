import { extendChain } from '@signalbox/sdk/host-calls/call-chain'
import { pluginRefusal } from '@signalbox/sdk/host-calls/plugin-refusal'
import { leftWith } from '../broker/caller-left.ts'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantedCall } from '../broker/host-call.ts'

interface ContributedHandler {
  readonly plugin: string
  readonly point: string
  readonly handler: string
  readonly input: unknown
}

/**
 * Runs a handler that a plugin put into a point: in its own isolate, with its own grants, for the tenant of the
 * call that asks, within the same deadline and trace.
 * @throws the contributor's refusal or failure; CORE_CALL_CYCLE, CORE_CALL_TOO_DEEP
 */
export async function callContributor(
  runEntry: RunEntry,
  { scope, signal }: Pick<GrantedCall<unknown>, 'scope' | 'signal'>,
  { plugin, point, handler, input }: ContributedHandler,
): Promise<unknown> {
  const { tenant, traceId, requestId, deadline } = scope
  const { outcome } = await runEntry({
    plugin,
    tenant,
    entry: { kind: 'contribution', point, name: handler },
    inputJson: JSON.stringify(input ?? null),
    principal: { kind: 'plugin', id: scope.version.plugin },
    traceId,
    requestId,
    deadline,
    chain: extendChain(scope.chain, `${plugin} ${point} ${handler}`),
    left: leftWith(signal),
    span: scope.span,
    ...(scope.origin === undefined ? {} : { origin: scope.origin }),
  })
  if (outcome.kind === 'ok') return JSON.parse(outcome.outputJson) as unknown
  if (outcome.kind === 'refused') throw pluginRefusal(outcome.code, outcome.message)
  throw outcome.error
}
