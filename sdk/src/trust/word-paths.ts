/** Where a marketplace says whose its packages are, below the address of its registry (marketplace/src/trust answers there). */
export const wordPaths = {
  keys: '/-/signalbox/v1/keys',
  advisories: '/-/signalbox/v1/advisories',
  index: (name: string) => `/-/signalbox/v1/index/${packagePath(name)}`,
  release: (name: string, version: string) =>
    `/-/signalbox/v1/releases/${packagePath(name)}/${encodeURIComponent(version)}`,
} as const

/** A package's name as one segment of a path, as npm writes it. */
export function packagePath(name: string): string {
  return name.replace('/', '%2f')
}
