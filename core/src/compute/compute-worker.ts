import { CodedError } from '@signalbox/sdk/errors'
import type { ComputeAnswer, ComputeTask } from './compute-task.ts'
import { doTask } from './do-task.ts'

/** What a thread of the pool runs, by name. */
export function compute(task: ComputeTask): ComputeAnswer {
  try {
    return { ok: true, result: doTask(task) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { ok: false, code: error.code, parameters: error.parameters }
  }
}
