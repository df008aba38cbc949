import { readdirSync, readFileSync } from 'node:fs'
import type { Sandbox } from '../../src/index.ts'

/** As often as the kernel's own high-water mark of a lane must be read so that little of it is lost by its end. */
const EVERY_MS = 5

/**
 * What lanes and host take while guests attack: the largest resident memory of any lane (the kernel's own
 * high-water mark, so that nothing between two looks is missed), and the longest computing of this thread
 * without a pause. The latter is processor time: a busy machine makes it late, but not longer.
 */
export class LaneWatch {
  readonly pids = new Set<number>()
  peakMb = 0
  hostBusyMs = 0
  readonly #sandbox: Sandbox
  readonly #peaks = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  #windowMb = 0
  #cpuUs = threadCpuUs()

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  /** The largest memory that a lane has newly reached since the last time this was asked. */
  takePeakMb(): number {
    const peak = this.#windowMb
    this.#windowMb = 0
    return peak
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = threadCpuUs()
    this.hostBusyMs = Math.max(this.hostBusyMs, (now - this.#cpuUs) / 1000)
    for (const { pid } of this.#sandbox.stats().lanes) {
      this.pids.add(pid)
      const peak = highWaterMb(pid)
      if (peak <= (this.#peaks.get(pid) ?? 0)) continue
      this.#peaks.set(pid, peak)
      this.#windowMb = Math.max(this.#windowMb, peak)
      this.peakMb = Math.max(this.peakMb, peak)
    }
    // What this look itself took is not the host's.
    this.#cpuUs = threadCpuUs()
  }
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

function highWaterMb(pid: number): number {
  try {
    const kb = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kb ?? 0) / 1024
  } catch {
    // It has just ended; or there is no /proc, and the heap limits are all there is.
    return 0
  }
}

/** Processes started by this one that still run a lane. */
export function lanesAlive(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isLaneOfOurs(pid))
  } catch {
    return []
  }
}

function isLaneOfOurs(pid: number): boolean {
  try {
    const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    if (Number(parent) !== process.pid) return false
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('lane-main')
  } catch {
    return false
  }
}
