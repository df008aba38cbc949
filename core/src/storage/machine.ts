import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** Where a process lives: what a process id, and whether it is alive, can be asked of. Linux only. */
export interface Machine {
  readonly boot: string
  readonly pidNamespace: string
  /** Machine id and host name: the same after a restart of the machine. */
  readonly name: string
}

export type Distance = 'here' | 'another namespace' | 'before a restart' | 'another machine'

export async function thisMachine(): Promise<Machine> {
  const [boot, id, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    // Containers often have none; then nothing tells a restart from another machine.
    readFile('/etc/machine-id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid'),
  ])
  const name = id.trim() && `${id.trim()} ${hostname()}`
  return { boot: boot.trim(), pidNamespace, name }
}

/** How far away from here something was written. */
export function distanceOf(other: Machine, here: Machine): Distance {
  if (other.boot === here.boot) {
    return other.pidNamespace === here.pidNamespace ? 'here' : 'another namespace'
  }
  return other.name && other.name === here.name ? 'before a restart' : 'another machine'
}
