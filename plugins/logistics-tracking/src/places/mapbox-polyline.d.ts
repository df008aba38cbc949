declare module '@mapbox/polyline' {
  /** Pairs of latitude and longitude. */
  export function encode(points: readonly (readonly [number, number])[], precision?: number): string
  export function decode(text: string, precision?: number): [number, number][]
}
