import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { Sealer } from '../../src/sealing/sealer.ts'
import { secretKeys } from '../../src/sealing/secret-keys.ts'
import type { TenantKeys } from '../../src/sealing/tenant-keys.ts'
import type { Teardown } from './host-process.ts'

/** One line of a key file. */
export const keyLine = () => `${randomBytes(32).toString('base64')}\n`

/** A file of one key of a host, gone at teardown. */
export async function keyFile(t: Teardown, text = keyLine()): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-keys-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'keys')
  await writeFile(file, text, { mode: 0o600 })
  return file
}

/** What a node with this file seals by. */
export function nodeKeys(knex: Knex, file: string): { keys: TenantKeys; sealer: Sealer } {
  const hostKeys = new HostKeys({ file, setting: 'SIGNALBOX_KEY_FILE' })
  const keys = secretKeys(knex, hostKeys, Date.now)
  return { keys, sealer: new Sealer(keys) }
}
