import type { InputFault } from '@signalbox/sdk/errors'
import { escapeToken, unescapeToken } from '@signalbox/sdk/json-pointer'
import type { SensitiveFields } from '@signalbox/sdk/sensitive'
import { REVEAL } from '../secrets/reveal-call.ts'
import { markedNames, marksOf, marksOfService } from './contract-marks.ts'
import { readableFetch } from './fetch-text.ts'
import type { Json, RecordedHostCall, RecordedLog, Recording } from './recording.ts'
import { isSecretName, Redactor } from './redactor.ts'
import type { EndedCall, RawHostCall } from './watched-call.ts'

const noNames: ReadonlySet<string> = new Set()
const noMarks = { input: undefined, output: undefined } as const

/**
 * Makes the recording of a call: parsed, redacted, ready to be sealed. Costs about 30 ms for the largest.
 * @param configMarks what the schema of the version's settings marks
 * @throws RangeError where a value is nested too deep to be walked
 */
export function recordCall(
  id: string,
  ended: EndedCall,
  configMarks: SensitiveFields | undefined,
): Recording {
  const { guest, call, operation, outcome, verdict } = ended
  const { configJson: _, ...isolate } = guest.isolate
  const redactor = new Redactor()
  const raw = markedParts(redactor, ended, configMarks)
  // Only now: what one part marks is looked for in all of them, and in whatever is kept below.
  const kept = redactor.clean(raw) as {
    config: Json
    input: Json
    hostCalls: RecordedHostCall[]
    output: Json
    logs: Recording['logs']
  }
  return {
    format: 1,
    id,
    isolate: { ...isolate, config: kept.config },
    // Of a version with two majors a service may stand under another name than that it was called by.
    ...(operation?.table === call.service ? {} : { entry: guest.entry }),
    service: call.service,
    major: call.major,
    operation: call.operation,
    input: kept.input,
    principal: { ...call.principal, id: redactor.cleanText(call.principal.id) },
    arm: guest.context.arm,
    traceId: call.traceId,
    deadlineMs: guest.deadlineMs,
    hostCalls: kept.hostCalls,
    trace: outcome.trace,
    outcome: {
      kind: verdict.kind,
      code: verdict.code,
      message: verdict.message === null ? null : redactor.cleanText(verdict.message),
      ...(outcome.kind === 'ok' ? { output: kept.output } : {}),
      ...(verdict.faults.length === 0 ? {} : { faults: cleanFaults(redactor, verdict.faults) }),
    },
    // What no contract promises may be anything.
    outputSchema: operation?.definition.output ?? {},
    logs: kept.logs,
  }
}

/**
 * The lines of a call as a recording of it holds them, with the instants at which they came.
 * @throws RangeError where a value is nested too deep to be walked
 */
export function redactedLogs(
  ended: EndedCall,
  configMarks: SensitiveFields | undefined,
): (RecordedLog & { readonly at: number })[] {
  const redactor = new Redactor()
  const { logs } = markedParts(redactor, ended, configMarks)
  const clean = redactor.clean(logs) as RecordedLog[]
  return clean.map((line, index) => ({ ...line, at: ended.logs[index]?.at ?? ended.startedAt }))
}

/** All that a call was given and did, parsed, with what is marked in any of it taken out and looked for from then on. */
function markedParts(
  redactor: Redactor,
  { guest, call, operation, version, outcome, ...ended }: EndedCall,
  configMarks: SensitiveFields | undefined,
) {
  const { input, output } = operation === undefined ? noMarks : marksOf(operation.definition)
  // Without a contract the names of what the version's contracts mark are all there is to go by.
  const names = operation === undefined ? markedNames(version) : noNames
  const marked = (value: Json, fields: readonly (SensitiveFields | undefined)[]) =>
    redactor.markNames(
      fields.reduce<Json>((copy, one) => replaceMarked(redactor, copy, one), value),
      names,
    )
  return {
    config: marked(JSON.parse(guest.isolate.configJson), [configMarks]),
    input: marked(JSON.parse(call.inputJson), [input]),
    hostCalls: ended.hostCalls.map((hostCall) =>
      markHostCall(redactor, hostCall, { version, snapshot: ended.snapshot }),
    ),
    output: outcome.kind === 'ok' ? marked(JSON.parse(outcome.outputJson), [output]) : undefined,
    logs: ended.logs.map(({ level, message, fieldsJson }) => ({
      level,
      message,
      fields: redactor.markNames(JSON.parse(fieldsJson), markedNames(version)),
    })),
  }
}

function replaceMarked(redactor: Redactor, value: Json, fields: SensitiveFields | undefined): Json {
  return fields === undefined ? value : fields.replace(value, (part) => redactor.mark(part))
}

/** A pointer is made of property names, which may be marked values; there `/` and `~` are written otherwise. */
function cleanFaults(redactor: Redactor, faults: readonly InputFault[]): readonly InputFault[] {
  return faults.map((fault) => ({
    ...fault,
    pointer: fault.pointer
      .split('/')
      .map((token) => escapeToken(redactor.cleanText(unescapeToken(token))))
      .join('/'),
    detail: redactor.cleanText(fault.detail),
  }))
}

/**
 * A called service's own contract says what is sensitive in it; elsewhere, and where none is known that could
 * have answered, the names of fields do.
 */
function markHostCall(
  redactor: Redactor,
  { name, requestJson, answerJson, error }: RawHostCall,
  { version, snapshot }: Pick<EndedCall, 'version' | 'snapshot'>,
): object {
  const request = markHeaders(redactor, readableFetch(name, parsed(requestJson)))
  const answer =
    answerJson === undefined
      ? undefined
      : markHeaders(redactor, readableFetch(name, parsed(answerJson)))
  const called = name === 'services.call' ? serviceRequest(request) : undefined
  const marks =
    called === undefined ? [] : marksOfService(snapshot, called.service, called.operation)
  const names = marks.length === 0 ? namesIn(name, markedNames(version)) : noNames
  const input = marks.reduce<Json>(
    (copy, one) => replaceMarked(redactor, copy, one.input),
    called?.input,
  )
  const output = marks.reduce<Json>(
    (copy, one) => replaceMarked(redactor, copy, one.output),
    answer,
  )
  const withoutSecrets = (told: Json) =>
    name === REVEAL ? redactor.mark(told) : redactor.markNames(told, names)
  return {
    name,
    request: redactor.markNames(called === undefined ? request : { ...called, input }, names),
    ...(answer === undefined ? {} : { answer: withoutSecrets(output) }),
    ...(error === undefined ? {} : { error }),
  }
}

/** What a plugin's file holds is not kept: in base64 no marked value could be found in it. */
function namesIn(hostCall: string, marked: ReadonlySet<string>): ReadonlySet<string> {
  return hostCall.startsWith('blobs.') ? new Set([...marked, 'data']) : marked
}

/** Headers of a request or an answer are pairs: what stands under a secret's name there is marked as well. */
function markHeaders(redactor: Redactor, value: Json): Json {
  const { headers } = Object(value) as { headers?: unknown }
  if (!Array.isArray(headers)) return value
  for (const pair of headers as readonly unknown[]) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') continue
    if (isSecretName(pair[0])) pair[1] = redactor.mark(pair[1])
  }
  return value
}

interface ServiceRequest {
  readonly service: string
  readonly operation: string
  readonly input: Json
}

function serviceRequest(request: Json): ServiceRequest | undefined {
  const { service, operation } = (request ?? {}) as Partial<ServiceRequest>
  const isService = typeof service === 'string' && typeof operation === 'string'
  return isService ? (request as ServiceRequest) : undefined
}

/** A guest may send what is no JSON; the broker refused it, and it is kept as the text it was. */
function parsed(json: string): Json {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
