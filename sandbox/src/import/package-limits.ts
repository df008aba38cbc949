/** What a package may be. Sizes in bytes. */
export interface PackageLimits {
  readonly tarballBytes: number
  readonly unpackedBytes: number
  readonly entries: number
  readonly pathBytes: number
  /** Unpacked ÷ packed, looked at above one MiB: source text compresses 3 to 10 times, a bomb 1000 times. */
  readonly ratio: number
  readonly entryBytes: number
  /** Time for all of it, in milliseconds; an honest package takes under a second with the start of the process. */
  readonly deadlineMs: number
  readonly residentMb: number
}

export const packageLimits: PackageLimits = Object.freeze({
  tarballBytes: 20 * 1024 * 1024,
  unpackedBytes: 64 * 1024 * 1024,
  entries: 2000,
  pathBytes: 200,
  ratio: 100,
  /** Compiled in a lane in 84 ms; what is bigger belongs into assets. */
  entryBytes: 2 * 1024 * 1024,
  deadlineMs: 15_000,
  residentMb: 512,
})
