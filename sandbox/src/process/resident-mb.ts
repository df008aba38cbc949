import { readFileSync } from 'node:fs'

/** Linux counts pages. Node has no call for their size; x64 has 4 KiB, arm64 mostly as well. */
const PAGE_BYTES = 4096

/** Resident memory of a process in MiB; 0 when it is gone, or where the system does not tell (not Linux). */
export function residentMb(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1])
    return (pages * PAGE_BYTES) / (1024 * 1024)
  } catch {
    return 0
  }
}
