/** Takes the images that meet the filters as a file. */
import { useSignal } from "@preact/signals"
import { ExportFormat, files } from "../../domain/archive/ExportFormat.ts"
import { address } from "../Client.ts"
import * as Filters from "./Filters.ts"

export const Export = ({ query }: { readonly query: URLSearchParams }) => {
  const format = useSignal<ExportFormat>("coco")
  return (
    <p class="export">
      <label for="export-format">Export as</label>{" "}
      <select
        id="export-format"
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
        href={address(`export/${format.value}?${Filters.toQuery(query)}`)}
        download={`windmill${files[format.value].extension}`}
      >
        Download
      </a>
    </p>
  )
}
