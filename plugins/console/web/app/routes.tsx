import type { ComponentType } from 'react'
import { createBrowserRouter, type RouteObject, useParams, useSearchParams } from 'react-router'
import { Waiting } from '../parts/waiting.tsx'
import { PageFault } from './page-fault.tsx'
import { PAGES, type PageEntry } from './page-table.ts'
import { Root } from './root.tsx'
import { CONSOLE_PATH } from './this-page.ts'

/** Every page is loaded when somebody goes there, and the library of controls with the first that is made of it. */
export function openRouter() {
  const [plain, rich] = [true, false].map((isPlain) =>
    PAGES.filter((page) => (page.isPlain ?? false) === isPlain).map(routeOf),
  )
  const rest: RouteObject = {
    path: '*',
    lazy: async () => ({
      Component: (await import('../pages/not-found/not-found-page.tsx')).NotFoundPage,
    }),
  }
  const library: RouteObject = {
    lazy: async () => ({ Component: (await import('./library.tsx')).LibraryPages }),
    errorElement: <PageFault />,
    children: [...(rich ?? []), rest],
  }
  return createBrowserRouter(
    [
      {
        element: <Root />,
        hydrateFallbackElement: <Waiting />,
        errorElement: <PageFault />,
        children: [...(plain ?? []), library],
      },
    ],
    { basename: CONSOLE_PATH },
  )
}

function routeOf({ path, load }: PageEntry): RouteObject {
  return {
    path,
    lazy: async () => {
      const Page = await load()
      return { Component: () => <OnePage Page={Page} /> }
    },
    errorElement: <PageFault />,
  }
}

/** A page of another tenant, or of another thing, is another page: what somebody typed for the one is not sent to the other. */
function OnePage({ Page }: { Page: ComponentType }) {
  const params = useParams()
  const [query] = useSearchParams()
  return <Page key={JSON.stringify([query.get('tenant'), params])} />
}
