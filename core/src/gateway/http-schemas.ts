/** Shapes that many routes share. Ids are what people type and what stands in URLs: short, lower case. */
export const idSchema = {
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
} as const

/** Control characters have no place in a name; U+0000 PostgreSQL cannot store. */
export const nameSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f]*$',
} as const

export const pluginNameSchema = {
  type: 'string',
  pattern: '^(@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*$',
  maxLength: 214,
} as const

export const versionSchema = { type: 'string', minLength: 1, maxLength: 100 } as const

export const serviceIdSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
  maxLength: 100,
} as const

export const majorSchema = { type: 'integer', minimum: 1, maximum: 999 } as const

/** RFC 3339 with its zone: what is read as somebody's local time is read differently on another machine. */
export const instantSchema = {
  type: 'string',
  pattern:
    '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$',
} as const

/** Every list has a limit. */
export const pageSchema = {
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  cursor: { type: 'string', maxLength: 200 },
} as const

export const strictObject = <
  const Properties extends Readonly<Record<string, unknown>>,
  const Required extends readonly (keyof Properties & string)[],
>(
  properties: Properties,
  required: Required,
) => ({ type: 'object', additionalProperties: false, required, properties }) as const

/** One page of a list: `next` is the cursor of the following one, absent on the last. */
export function pageOf<Item>(
  items: readonly Item[],
  limit: number,
  cursorOf: (item: Item) => string,
): { items: readonly Item[]; next?: string } {
  const last = items.at(-1)
  return items.length === limit && last !== undefined ? { items, next: cursorOf(last) } : { items }
}
