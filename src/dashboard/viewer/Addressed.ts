/** What is shown of an image follows the address of its page, and is written into it. */
import { useSignalEffect } from "@preact/signals"
import { useEffect, useMemo, useRef } from "preact/hooks"
import { rewrite, route } from "../Route.ts"
import { imageHref } from "../Routes.ts"
import * as View from "./View.ts"

/** Browsers refuse addresses that change too often. Milliseconds. */
const pause = 250

/** The view of the image on the page, which stays the same object from image to image. `list` is where it was found. */
export const useAddressed = (id: number, list: URLSearchParams): View.View => {
  const view = useMemo(() => View.make(route.peek().query), [])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const page = useRef({ id, list })
  page.current = { id, list }
  useEffect(() => {
    clearTimeout(timer.current)
    View.read(view, route.value.query)
  }, [route.value])
  useSignalEffect(() => {
    const written = View.written(view)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => rewrite(imageHref(page.current.id, page.current.list, written)), pause)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return view
}
