import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { BindingService } from './binding-service.ts'
import type { InstallService } from './install-service.ts'

/** PostgreSQL that was away at the start is mostly back within seconds. */
const RESUME_EVERY_MS = 5000

/** Goes on with what a killed host left behind, in the background: nobody waits for it to be served. */
export async function resumeWork(
  installs: InstallService,
  bindings: BindingService,
  log: FastifyBaseLogger,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    try {
      await bindings.reconcile()
      await installs.resume()
      return
    } catch (error) {
      log.error({ err: error }, 'what an earlier host left behind cannot be finished yet')
    }
    await delay(RESUME_EVERY_MS, undefined, { signal: stopped }).catch(() => undefined)
  }
}
