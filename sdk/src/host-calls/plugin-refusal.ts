import { CodedError, type InputFault } from '../errors/coded-error.ts'

/** A plugin's own refusal goes to the caller as it is: 422, its code, its sentence. */
export function pluginRefusal(
  code: string,
  message: string,
  faults: readonly InputFault[] = [],
): CodedError {
  const definition = {
    status: 422,
    message: { en: '{message}', 'zh-CN': '{message}' },
    cure: { en: 'Correct the input as the title says.', 'zh-CN': '请按标题所述更正输入。' },
  }
  return new CodedError(code, definition, { message }, { faults })
}
