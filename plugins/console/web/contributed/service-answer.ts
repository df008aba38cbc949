import { callPath } from '../api/call-service.ts'
import { bodyOf, send } from '../api/request.ts'
import type { CallSpec } from './page-spec.ts'

/** What an operation answered, and which version of its plugin. */
export interface ServiceAnswer {
  readonly value: unknown
  readonly version: string | undefined
}

/** @throws ProblemError */
export async function serviceAnswer(
  { service, operation }: CallSpec,
  input: unknown,
  signal?: AbortSignal,
): Promise<ServiceAnswer> {
  const asked = signal === undefined ? {} : { signal }
  const answer = await send('POST', callPath(service, operation), { body: input, ...asked })
  return {
    value: await bodyOf(answer, asked),
    version: answer.headers.get('signalbox-version') ?? undefined,
  }
}
