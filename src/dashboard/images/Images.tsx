/** The images that meet the filters, with what was found drawn on them: how they are ordered, how large they are, what is exported. */
import { signal } from "@preact/signals"
import { ImageOrder } from "../../domain/archive/ImageOrder.ts"
import { Empty } from "../parts/Empty.tsx"
import { replace } from "../Route.ts"
import { href } from "../Routes.ts"
import { Export } from "./Export.tsx"
import { FilterForm } from "./FilterForm.tsx"
import * as Filters from "./Filters.ts"
import { Grid } from "./Grid.tsx"
import type * as Rows from "./Rows.ts"

const sizeKey = "windmill-tile-size"

const stored = localStorage.getItem(sizeKey)
const size = signal<Rows.Size>(stored === "small" || stored === "large" ? stored : "medium")

const orderNames: Readonly<Record<ImageOrder, string>> = {
  newest: "Newest first",
  "least-agreement": "Least agreement first",
  "lowest-confidence": "Lowest confidence first",
  "most-boxes": "Most boxes first",
  "most-failures": "Most failures first"
}

export const Images = ({ query }: { readonly query: URLSearchParams }) => {
  const filter = Filters.ofQuery(query)
  const order = Filters.orderOf(query)
  return (
    <>
      <h1>Images</h1>
      <FilterForm query={query} />
      {filter === undefined || order === undefined ? (
        <Empty title="There is no such filter">Correct it, or clear the filters.</Empty>
      ) : (
        <>
          <div class="shown">
            <label>
              Order
              <select
                value={order}
                onChange={({ currentTarget: { value } }) =>
                  replace(href("images", { ...Object.fromEntries(query), order: value === "newest" ? "" : value }))
                }
              >
                {ImageOrder.literals.map((name) => (
                  <option key={name} value={name}>
                    {orderNames[name]}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Size
              <select
                value={size.value}
                onChange={({ currentTarget: { value } }) => {
                  size.value = value as Rows.Size
                  localStorage.setItem(sizeKey, value)
                }}
              >
                <option value="small">Small</option>
                <option value="medium">Medium</option>
                <option value="large">Large</option>
              </select>
            </label>
            <Export query={Filters.toQuery(query)} />
          </div>
          <Grid
            key={query.toString()}
            filter={filter}
            filters={Filters.toQuery(query)}
            order={order}
            size={size.value}
          />
        </>
      )}
    </>
  )
}
