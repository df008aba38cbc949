import { CodedError } from '@signalbox/sdk/errors'
import type { RuntimeLimits } from '@signalbox/sdk/manifest'
import type { GuestCall } from '../../src/index.ts'
import { bundle, guestCall } from '../guest-fixture.ts'
import type { Attack } from './attack.ts'

/** Long enough never to be what ends an attack, unless it asks for less. */
const DEADLINE_MS = 10_000

/** What a host might say by mistake when it fails: nothing of it may reach a guest. */
export const hostSecret = 'secret hunter2 in /etc/signalbox/db.ts at node:net:1'

const hostCalls: Readonly<Record<'never' | 'echo' | 'secret', GuestCall['hostCall']>> = {
  never: () => new Promise(() => undefined),
  echo: async (_, payload) => payload,
  secret: async (name) => {
    if (name === 'db.query') throw new Error(hostSecret)
    throw new CodedError(
      'SBX_HOST_CALL_FAILED',
      {
        status: 502,
        message: { en: 'no', 'zh-CN': 'no' },
        cure: { en: 'no', 'zh-CN': 'no' },
      },
      {},
      { cause: new Error(hostSecret) },
    )
  },
}

export interface AttackCalls {
  readonly plugin: string
  readonly warmUp: GuestCall
  readonly attack: GuestCall
  /** A call of the same version that does nothing wrong; undefined when its bundle has none. */
  readonly after: GuestCall | undefined
}

/** @param limits for attacks that do not ask for others. */
export function attackCalls(
  attack: Attack,
  name: string,
  limits: Partial<RuntimeLimits>,
): AttackCalls {
  const source = attack.bundle ?? bundle(`run: ${attack.run}, after: () => 'pong'`)
  const plugin = `@attacker-${name}/guest`
  const make = (operation: string, input: unknown, deadlineMs: number): GuestCall =>
    guestCall(source, {
      operation,
      input,
      plugin,
      tenant: `tenant-${name}`,
      limits: { ...limits, ...attack.limits },
      deadlineMs,
      hostCall: hostCalls[attack.hostCall ?? 'echo'],
      // A host writes its log somewhere, as JSON.
      onLog: (_, message, fields) => void JSON.stringify([message, fields]),
    })
  return {
    plugin,
    warmUp: make('run', 'warm', DEADLINE_MS),
    attack: make('run', null, attack.deadlineMs ?? DEADLINE_MS),
    after: attack.bundle === undefined ? make('after', null, DEADLINE_MS) : undefined,
  }
}
