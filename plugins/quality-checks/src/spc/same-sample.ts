import type { Sample } from './chart-kinds.ts'

export function sameSample(a: Sample, b: Sample): boolean {
  return (
    a.count === b.count &&
    a.size === b.size &&
    a.values?.length === b.values?.length &&
    (a.values ?? []).every((value, index) => value === b.values?.[index])
  )
}
