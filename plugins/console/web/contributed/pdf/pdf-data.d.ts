/** Made by build/pdf-data.ts: by the name of the file, what loads it as base64. */
declare module 'pdf-data' {
  type Files = Readonly<Record<string, () => Promise<{ readonly default: string }>>>
  export const cMaps: Files
  export const fonts: Files
}
