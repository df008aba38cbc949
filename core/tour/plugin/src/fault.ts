/** What is wrong with a version. The tour writes another value here before it packs a bad one. */
export type Fault = 'none' | 'throws-on-gaps' | 'five-times-slower' | 'breaks-contract'

export const fault = 'none' as Fault
