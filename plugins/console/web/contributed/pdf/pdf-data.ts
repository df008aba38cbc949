type Files = Readonly<Record<string, () => Promise<{ readonly default: string }>>>

/** By the name of the file, what loads it as base64: the build puts them here, see build/pdf-data.ts. */
export const cMaps: Files = {}
export const fonts: Files = {}
