/** Takes images as a file. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { ExportFormat, files } from "../../domain/archive/ExportFormat.ts"
import { address } from "../Client.ts"

export interface ExportProps {
  /** The filters that the images meet. */
  readonly query: URLSearchParams
}

export const Export = ({ query }: ExportProps) => {
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
      <a
        class="button"
        href={address(`export/${format.value}?${query}`)}
        download={`windmill${files[format.value].extension}`}
      >
        Download
      </a>
    </p>
  )
}
