import { readFileSync } from 'node:fs'

/**
 * CPU that the main thread of a process has had, in milliseconds; undefined when it is gone, or where the
 * system does not tell (not Linux).
 */
export function threadCpuMs(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}
