/** What pages of trusted plugins may take of the console: few parts, so that they can stay. */
// biome-ignore lint/performance/noBarrelFile: an entry of the build, of which others import what they need
export { ProblemError, problemOf } from '../api/problem.ts'
export { CliLine } from '../parts/cli-line.tsx'
export { EmptyState } from '../parts/empty-state.tsx'
export {
  agoText,
  bytesText,
  dayText,
  instantText,
  numberText,
  percentText,
} from '../parts/formats.ts'
export { PageHead } from '../parts/page-head.tsx'
export { ProblemNote } from '../parts/problem-note.tsx'
export { StatusTag } from '../parts/status-tag.tsx'
export { usePlace } from '../parts/use-place.ts'
