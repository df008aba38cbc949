/** Names of plugins hold no blank, so that nothing of a plugin is ever taken for a scratch schema. */
export const SCRATCH_PREFIX = '~rehearsal '
