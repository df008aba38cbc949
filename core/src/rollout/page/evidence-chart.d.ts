export function lineOf(
  points: readonly { readonly at: string; readonly e: number }[],
  threshold: number,
): { x: number; y: number }[]
