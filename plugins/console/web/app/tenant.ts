export interface Tenant {
  readonly id: string
  readonly name: string
}

export function labelOf({ id, name }: Tenant): string {
  return `${name} (${id})`
}
