/** A checker of COCO files, after the description of the format and what `pycocotools` relies on. */

interface Coco {
  readonly info?: unknown
  readonly licenses?: ReadonlyArray<{ readonly id: number }>
  readonly images: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly annotations: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly categories: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/**
 * What is wrong with the parsed file; nothing when it is valid.
 *
 * @see https://cocodataset.org/#format-data
 */
export const problems = (file: Coco): ReadonlyArray<string> => {
  const found: Array<string> = []
  const need = (holds: boolean, what: string) => {
    if (!holds) found.push(what)
  }
  const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)
  const isText = (value: unknown): value is string => typeof value === "string" && value !== ""
  const unique = (values: ReadonlyArray<unknown>, what: string) =>
    need(new Set(values).size === values.length, `${what} are not unique`)
  for (const list of ["licenses", "images", "annotations", "categories"] as const) {
    need(Array.isArray(file[list]), `${list} is no list`)
  }
  need(typeof file.info === "object" && file.info !== null, "info is missing")
  for (const list of ["images", "annotations", "categories"] as const) {
    unique(
      file[list].map(({ id }) => id),
      `ids of ${list}`
    )
    for (const { id } of file[list]) need(isId(id), `${list}: id ${String(id)}`)
  }
  unique(
    file.images.map(({ file_name }) => file_name),
    "file names"
  )
  unique(
    file.categories.map(({ name }) => name),
    "names of categories"
  )
  const images = new Map(file.images.map((image) => [image["id"], image]))
  const categories = new Set(file.categories.map(({ id }) => id))
  for (const { file_name, height, id, license, width } of file.images) {
    need(isText(file_name), `image ${String(id)}: file_name ${String(file_name)}`)
    need(isId(width) && width > 0 && isId(height) && height > 0, `image ${String(id)}: no width and height`)
    need(license === undefined || (file.licenses ?? []).some((known) => known.id === license), `image: license`)
  }
  for (const { id, name, supercategory } of file.categories) {
    need(isText(name) && isText(supercategory), `category ${String(id)}: name and supercategory`)
    need(isId(id) && id > 0, `category ${String(id)}: 0 means background`)
  }
  for (const { area, bbox, category_id, id, image_id, iscrowd, segmentation } of file.annotations) {
    const at = `annotation ${String(id)}`
    const image = images.get(image_id)
    need(image !== undefined, `${at}: no image ${String(image_id)}`)
    need(categories.has(category_id), `${at}: no category ${String(category_id)}`)
    need(iscrowd === 0 || iscrowd === 1, `${at}: iscrowd`)
    const box = Array.isArray(bbox) ? (bbox as ReadonlyArray<unknown>) : []
    need(box.length === 4 && box.every(isNumber), `${at}: bbox`)
    const [x, y, width, height] = box as ReadonlyArray<number>
    need(width! > 0 && height! > 0 && isNumber(area) && area > 0, `${at}: has no area`)
    need(
      x! >= 0 && y! >= 0 && x! + width! <= Number(image?.["width"]) && y! + height! <= Number(image?.["height"]),
      `${at}: is not in its image`
    )
    if (typeof segmentation === "object" && segmentation !== null && "counts" in segmentation) continue
    const polygons = Array.isArray(segmentation) ? (segmentation as ReadonlyArray<ReadonlyArray<unknown>>) : []
    need(polygons.length > 0, `${at}: segmentation`)
    for (const polygon of polygons) {
      need(polygon.length >= 6 && polygon.length % 2 === 0 && polygon.every(isNumber), `${at}: polygon`)
    }
  }
  return found
}

/** Two files as one, as tools merge them: what has the same id is the same. */
export const merge = (first: Coco, second: Coco): Coco => {
  const both = (list: "images" | "annotations" | "categories") => [
    ...new Map([...first[list], ...second[list]].map((entry) => [JSON.stringify(entry), entry])).values()
  ]
  return {
    info: first.info,
    licenses: [],
    images: both("images"),
    annotations: both("annotations"),
    categories: both("categories")
  }
}
