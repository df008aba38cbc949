/** Which version of a plugin serves a key, as the host says it: `GET /v1/assignment`. */
export interface Assignment {
  readonly version: string
  readonly arm: 'stable' | 'canary'
  /** Of the routing table that it was read from: rises with every change. */
  readonly generation: number
  /** In words, English. */
  readonly reason: string
  /** 0..9999; absent where nothing was drawn. */
  readonly bucket?: number
  /** The rollout that shares the calls; absent: none does. */
  readonly rollout?: string
}

/** @returns undefined where it is no assignment: a proxy's page, or a host of another kind. */
export function assignmentIn(answer: unknown): Assignment | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const { version, arm, generation, reason, bucket, rollout } = answer as Record<string, unknown>
  if (typeof version !== 'string' || typeof reason !== 'string') return undefined
  if (arm !== 'stable' && arm !== 'canary') return undefined
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation)) return undefined
  return {
    version,
    arm,
    generation,
    reason,
    ...(typeof bucket === 'number' ? { bucket } : {}),
    ...(typeof rollout === 'string' ? { rollout } : {}),
  }
}
