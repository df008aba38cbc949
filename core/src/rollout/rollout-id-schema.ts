export const rolloutIdSchema = { type: 'string', pattern: '^rol_[0-9a-f]{16}$' } as const
