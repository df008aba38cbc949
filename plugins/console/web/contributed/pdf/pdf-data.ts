type Files = Readonly<
  Record<string, () => Promise<{ readonly default: Readonly<Record<string, string>> }>>
>

/** By the name of a file, what loads it and others, as base64: the build puts them here, see build/pdf-data.ts. */
export const cMaps: Files = {}
export const fonts: Files = {}
