import type { InputSchema } from '../../contributed/contract-input.ts'

export type Config = Readonly<Record<string, unknown>>

/** What `GET …/config` says. */
export interface ShownConfig {
  /** 0: nobody has set it up yet. */
  readonly revision: number
  readonly config: Config
  readonly schema: InputSchema & { readonly maxProperties?: number }
}

export interface ConfigRevision {
  readonly revision: number
  readonly config: Config
  readonly changedBy: string
  readonly changedAt: string
}

/** Whether the plugin has any settings: one without a schema takes nothing but the empty object. Pure. */
export function hasSettings({ schema }: Pick<ShownConfig, 'schema'>): boolean {
  return schema.maxProperties !== 0
}

/** Members at the top that differ between two settings. Pure. */
export function changedMembers(one: Config, other: Config): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
}

/** @returns undefined: the text is no JSON object */
export function configOf(text: string): Config | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Config) : undefined
  } catch {
    return undefined
  }
}
