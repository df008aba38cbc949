import { type FileHandle, open, readdir, readFile } from 'node:fs/promises'

const PIECE_BYTES = 8 * 1024 * 1024

/** Every process that descends from this one. */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''),
    ),
  )
  const children = lists.join(' ').split(/\s+/).filter(Boolean).map(Number)
  const further = await Promise.all(children.map(descendantsOf))
  return [...children, ...further.flat()]
}

/** What a process was started as. */
export function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
}

/** Of x86-64 and most others; where pages are larger, the kernel's account of them would be of other places. */
const PAGE_BYTES = 4096
/** See proc_pid_pagemap(5): a page is in memory, or swapped out. */
const IS_THERE = 3n << 62n

/**
 * The memory of a process that can be written to: heaps, stacks and buffers, piece by piece. What lies across two pieces
 * is in both, as far as `overlap` bytes. The heaps of all isolates are in it: a snapshot by V8's inspector would need
 * isolates that were made for being inspected, which a host's never are. V8 reserves gigabytes that it never touches: only pages that are there are read.
 * @throws where the system forbids it, as under Yama or without CAP_SYS_PTRACE
 */
export async function* memoryOf(pid: number, overlap: number): AsyncGenerator<Buffer> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  const memory = await open(`/proc/${pid}/mem`, 'r')
  const pages = await open(`/proc/${pid}/pagemap`, 'r')
  try {
    for (const [, first = '', last = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const region = { from: Number.parseInt(first, 16), to: Number.parseInt(last, 16) }
      for await (const { from, to } of residentRuns(pages, region)) {
        for (let at = from; at < to; at += PIECE_BYTES) {
          const bytes = Buffer.allocUnsafe(Math.min(PIECE_BYTES + overlap, to - at))
          // A region may be gone by now.
          const { bytesRead } = await memory
            .read(bytes, 0, bytes.length, at)
            .catch(() => ({ bytesRead: 0 }))
          if (bytesRead > 0) yield bytes.subarray(0, bytesRead)
        }
      }
    }
  } finally {
    await Promise.all([memory.close(), pages.close()])
  }
}

interface Run {
  readonly from: number
  readonly to: number
}

async function* residentRuns(pages: FileHandle, { from, to }: Run): AsyncGenerator<Run> {
  const table = Buffer.alloc((PIECE_BYTES / PAGE_BYTES) * 8)
  let start: number | undefined
  for (let at = from; at < to; at += PIECE_BYTES) {
    const count = Math.min(PIECE_BYTES, to - at) / PAGE_BYTES
    const { bytesRead } = await pages.read(table, 0, count * 8, (at / PAGE_BYTES) * 8)
    for (let index = 0; index < count; index++) {
      const here = at + index * PAGE_BYTES
      const isThere = index * 8 < bytesRead && (table.readBigUInt64LE(index * 8) & IS_THERE) !== 0n
      if (isThere) start ??= here
      else if (start !== undefined) {
        yield { from: start, to: here }
        start = undefined
      }
    }
  }
  if (start !== undefined) yield { from: start, to }
}
