/** The name of an image, how far it is, and what can be done with it. */
import type { Image } from "../../domain/archive/Image.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"
import { href } from "../Routes.ts"

export interface HeadingProps {
  readonly image: Image
  readonly traceUrl: string | undefined
  readonly refresh: () => Promise<void>
}

export const Heading = ({ image, refresh, traceUrl }: HeadingProps) => (
  <header class="heading">
    <div>
      <h1>{image.filename}</h1>
      <p class="soft">
        #{image.id} · <span data-status={image.status}>{image.status}</span> · {image.answered} of{" "}
        {count(image.requested, "answer")}
        {image.failed > 0 && <span class="bad"> · {image.failed} failed</span>}
        {image.group !== undefined && (
          <>
            {" · "}
            <a href={href("images", { group: image.group })}>{image.group}</a>
          </>
        )}
      </p>
    </div>
    <div class="actions">
      {traceUrl !== undefined && image.traceId !== undefined && (
        <a class="button" href={traceUrl.replace("{traceId}", encodeURIComponent(image.traceId))} rel="noreferrer">
          Trace
        </a>
      )}
      <Action
        title="Forgets all answers about this image, and asks again"
        act={async () => {
          const { owed } = await send(api.images.rerun({ params: { id: image.id }, payload: {} }))
          await refresh()
          return `${count(owed.length, "service")} asked`
        }}
      >
        Run again
      </Action>
    </div>
  </header>
)
