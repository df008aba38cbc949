import type { Contract } from '@signalbox/sdk/contract'

/** A line to paste for each operation, with the first example of its contract as the input. */
export function curlLines(
  url: string,
  contracts: readonly Contract[],
  keys: ReadonlyMap<string, string>,
): readonly string[] {
  return contracts.flatMap(({ id, major, operations }) =>
    Object.entries(operations).map(([name, operation]) => {
      const input = JSON.stringify(operation.examples?.[0]?.input ?? {}).replaceAll("'", "'\\''")
      const key = keys.get(`${id}@${major}`) ?? ''
      const head = `-H 'authorization: Bearer ${key}' -H 'content-type: application/json'`
      return `curl -s ${url}/api/${id}/v${major}/${name} ${head} -d '${input}'`
    }),
  )
}
