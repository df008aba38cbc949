import type { Context } from '@signalbox/sdk'

/** Longer than any call may take: what is not done by then, nobody is doing. */
const AFTER_MS = 30_000

/** Before anything is promised that a crash could leave undone: somebody comes and looks. */
export async function later({ jobs }: Pick<Context, 'jobs'>, envelope: string): Promise<void> {
  await jobs.schedule('finish-signing', { afterMs: AFTER_MS, key: envelope, payload: { envelope } })
}

/** What nobody has to wait for is done behind the answer: whoever comes and looks comes at once. */
export async function soon({ jobs }: Pick<Context, 'jobs'>, envelope: string): Promise<void> {
  await jobs.schedule('finish-signing', { afterMs: 0, key: envelope, payload: { envelope } })
}
