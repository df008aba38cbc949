import type { Knex } from 'knex'
import type { Test } from 'tap'
import { HostKeys } from '../../../core/src/sealing/host-keys.ts'
import { SealedPrivateKeys } from '../../../core/src/sealing/sealed-private-keys.ts'
import { keyFile } from '../../../core/test/support/sealing.ts'
import { RegistryKeys } from '../../src/trust/registry-keys.ts'

/** The registry's keys, sealed as a host seals them. @param file of the host's keys; left out: one of its own */
export async function registryKeys(
  t: Test,
  knex: Knex,
  { file, now = Date.now }: { file?: string; now?: () => number } = {},
): Promise<RegistryKeys> {
  return openRegistryKeys(knex, file ?? (await keyFile(t)), now)
}

/** For a process that no test of its own is in. @param file of the host's keys */
export async function openRegistryKeys(
  knex: Knex,
  file: string,
  now: () => number = Date.now,
): Promise<RegistryKeys> {
  const source = { file, setting: 'SIGNALBOX_KEY_FILE' }
  const wrapping = new HostKeys(source).for('signalbox registry keys')
  const sealer = new SealedPrivateKeys(wrapping, (name) => ['registry key', name])
  const keys = new RegistryKeys({ knex, sealer, now })
  await keys.start()
  return keys
}
