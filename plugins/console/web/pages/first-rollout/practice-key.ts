import { create } from '../../app/store.ts'

/** Of the practice app; in memory only, so that it goes with the window. */
export const practiceKey = create<string | undefined>(undefined)
