import { type ReactNode, useId } from 'react'

/** A part of a page under a heading of its own. */
export function Panel({
  title,
  extra,
  children,
}: {
  title: string
  extra?: ReactNode
  children: ReactNode
}) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {extra}
      </div>
      <div className="panel-body">{children}</div>
    </section>
  )
}
