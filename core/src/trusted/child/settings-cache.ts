/** Tenants whose settings are held parsed; each is some KiB at most. */
const MAX_HELD = 256

/** Settings as the plugin reads them: frozen through and through, and parsed once while they are the same. */
export class SettingsCache {
  readonly #held = new Map<string, unknown>()

  get(json: string): unknown {
    const known = this.#held.get(json)
    if (known !== undefined) return known
    const parsed = freezeDeep(JSON.parse(json))
    this.#held.set(json, parsed)
    const oldest = this.#held.keys().next().value
    if (this.#held.size > MAX_HELD && oldest !== undefined) this.#held.delete(oldest)
    return parsed
  }
}

function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freezeDeep(part)
  return Object.freeze(value)
}
