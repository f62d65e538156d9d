/** Takes images as a file. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { ExportFormat, files } from "../../domain/archive/ExportFormat.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { address, fetched } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"

/** The filters that the images meet, or which they are. */
export type ExportProps = { readonly query: URLSearchParams } | { readonly ids: ReadonlyArray<ImageId> }

export const Export = (props: ExportProps) => {
  const format = useSignal<ExportFormat>("coco")
  const name = useId()
  return (
    <p class="export">
      <label for={name}>Export as</label>{" "}
      <select
        id={name}
        value={format.value}
        onChange={(event) => (format.value = event.currentTarget.value as ExportFormat)}
      >
        {ExportFormat.literals.map((name) => (
          <option key={name} value={name}>
            {files[name].summary}
          </option>
        ))}
      </select>
      {"query" in props ? (
        <a class="button" href={address(`export/${format.value}?${props.query}`)} download={nameOf(format.value)}>
          Download
        </a>
      ) : (
        <Action act={() => download(format.value, props.ids)}>Download</Action>
      )}
    </p>
  )
}

const nameOf = (format: ExportFormat): string => `windmill${files[format].extension}`

/** Asks for a file about images that do not fit into an address, and keeps it. */
const download = async (format: ExportFormat, ids: ReadonlyArray<ImageId>): Promise<string> => {
  const response = await fetched(`export/${format}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids })
  })
  const link = document.createElement("a")
  link.href = URL.createObjectURL(await response.blob())
  link.download = nameOf(format)
  link.click()
  // Browsers begin to read it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return `${count(ids.length, "image")} exported`
}
