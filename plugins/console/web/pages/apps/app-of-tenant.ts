/** What `GET /v1/tenants/{t}/apps/{app}` says. */
export interface AppOfTenant {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly unit: string | null
  /** Null: it is not suspended. */
  readonly suspendedBy: string | null
}

export function appPath(tenant: string, app: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/apps/${encodeURIComponent(app)}`
}

/** Lines or words of a field, each once, in their order. Pure. */
export function listedWords(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))]
}

/** What is no origin of pages: `https://board.example.com`, without a path. Pure. */
export function wrongOrigins(origins: readonly string[]): readonly string[] {
  return origins.filter((origin) => {
    try {
      const url = new URL(origin)
      return !['http:', 'https:'].includes(url.protocol) || url.origin !== origin
    } catch {
      return true
    }
  })
}
