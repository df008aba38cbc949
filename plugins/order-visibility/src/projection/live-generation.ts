/** The generation of rows that is shown; before the first rebuild there is but one. */
export const LIVE = 'coalesce((select live from generations), 1)'
