import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

/** Asks for the next page of a list of the host, while there is one. */
export function MoreRows({
  list,
}: {
  list: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => unknown
  }
}) {
  const { t } = useTranslation()
  if (!list.hasNextPage) return null
  return (
    <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {t('more')}
    </Button>
  )
}
