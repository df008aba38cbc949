import type { Endpoint } from './endpoint-store.ts'

/** What a change of an endpoint is made upon, and its tag is of: how deliveries go says nothing against a change. Pure. */
export function settingsOf({
  url,
  types,
  keys,
  description,
}: Pick<Endpoint, 'url' | 'types' | 'keys' | 'description'>) {
  return { url, types, keys, description }
}
