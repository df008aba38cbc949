import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { callService } from '../../api/call-service.ts'
import { newKey } from '../../api/new-key.ts'
import type { LocalText } from '../../texts/languages.ts'
import { textIn } from '../../texts/languages.ts'
import type { CallSpec } from '../page-spec.ts'

/**
 * Changes something by a service. The same input sent again goes with the same key, so that whoever presses twice, or again
 * after a lost answer, has changed it once.
 */
export function useWrite() {
  const { t, i18n } = useTranslation('contributed')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const sent = useRef({ input: '', key: '' })
  const { mutateAsync, error, isPending, reset } = useMutation({
    mutationFn: ({ call, input }: { call: CallSpec & { label?: LocalText }; input: unknown }) => {
      const written = JSON.stringify([call.service, call.operation, input])
      if (sent.current.input !== written) sent.current = { input: written, key: newKey() }
      return callService<unknown>(call.service, call.operation, input, {
        idempotencyKey: sent.current.key,
      })
    },
    onSuccess: async (_answer, { call }) => {
      sent.current = { input: '', key: '' }
      const what = call.label === undefined ? call.operation : textIn(call.label, i18n.language)
      void message.success(t('done', { what }))
      await queries.invalidateQueries({ queryKey: ['service'] })
    },
  })
  const send = (call: CallSpec & { label?: LocalText }, input: unknown) =>
    mutateAsync({ call, input })
  return { send, error, isPending, reset }
}
