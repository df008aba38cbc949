interface Call {
  readonly origin: string
  readonly id: string
  readonly major: number
  readonly operation: string
  readonly input: unknown
}

export function sampleOf(schema: unknown): unknown
export function curlOf(call: Call): string
export function typeScriptOf(call: Call): string
