import type { PackageVersions } from './package-source.ts'

/** @param wish a tag or a version; what is no tag of its own, such as `constructor`, is taken for a version */
export function wishedVersion(known: PackageVersions | undefined, wish: string): string {
  const isTag = known !== undefined && Object.hasOwn(known.distTags, wish)
  return (isTag ? known.distTags[wish] : undefined) ?? wish
}
