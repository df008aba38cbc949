import { setTimeout as wait } from 'node:timers/promises'

/** Polls until it holds. The deadline is generous: it only bounds a test that would fail anyway. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to hold within ${deadlineMs} ms`)
    await wait(10)
  }
}
