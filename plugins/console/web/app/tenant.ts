export interface Tenant {
  readonly id: string
  readonly name: string
}

/** Names may be alike; what tells them apart stands behind. */
export function labelOf({ id, name }: Tenant): string {
  return `${name} (${id})`
}
