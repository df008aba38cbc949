import { HostRefusal } from '../host-client.ts'
import { withLines } from './fault-places.ts'

/** What an error says of files in the folder, with lines; any other error as it is. */
export async function placedError(folder: string, error: unknown): Promise<unknown> {
  // Packing has looked the lines up: what a host says of a tarball has none.
  if (!(error instanceof HostRefusal) || error.problem.errors === undefined) return error
  const errors = await withLines(folder, error.problem.errors)
  return new HostRefusal({ ...error.problem, errors }, { cause: error })
}
