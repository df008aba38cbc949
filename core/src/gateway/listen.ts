import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { coreErrors } from '../errors.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Fails fast: a port that is taken is told before PostgreSQL is started and migrated.
 * @throws CORE_PORT_TAKEN
 */
export async function requireFreePort({ host, port }: Address): Promise<void> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(refusalOf(error, { host, port })))
    probe.listen({ host, port }, () => probe.close(() => resolve()))
  })
}

/** @returns the URL that the host answers at. */
export async function listen(app: FastifyInstance, { host, port }: Address): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw refusalOf(error, { host, port })
  }
}

function refusalOf(error: unknown, { host, port }: Address): Error {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (code === 'EADDRINUSE')
    return coreErrors.create('PORT_TAKEN', { host, port }, { cause: error })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const name = code === 'EACCES' ? 'PORT' : 'HOST'
    const reason = `listening on ${host}:${port} is refused (${code})`
    return coreErrors.create('SETTING_INVALID', { name, reason }, { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}
