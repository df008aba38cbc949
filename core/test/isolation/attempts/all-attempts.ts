import type { AttemptRow } from '../attempt-row.ts'
import { databaseAttempts } from './database.ts'
import { fileAttempts } from './files.ts'
import { messageAttempts } from './messages.ts'
import { networkAttempts } from './network.ts'
import { pluginAttempts } from './plugins.ts'
import { rolloutAttempts } from './rollouts.ts'
import { tenantAttempts } from './tenants.ts'

export const allAttempts: readonly AttemptRow[] = [
  ...databaseAttempts,
  ...networkAttempts,
  ...fileAttempts,
  ...messageAttempts,
  ...pluginAttempts,
  ...rolloutAttempts,
  ...tenantAttempts,
]
