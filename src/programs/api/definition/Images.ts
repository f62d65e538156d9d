/** The images: submit, find, look at, ask again, delete. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Image, ImageStatus, ImageSummary } from "../../../domain/archive/Image.ts"
import { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import { ImageOrder } from "../../../domain/archive/ImageOrder.ts"
import { Statistics } from "../../../domain/archive/Statistics.ts"
import { Suggestion } from "../../../domain/archive/Suggestion.ts"
import { Timeline } from "../../../domain/archive/Timeline.ts"
import { BoxId, Group, ImageId, Moment, ServiceId } from "../../../domain/Identifiers.ts"
import { listOf } from "./Lists.ts"
import { NotFoundProblem, TooLargeProblem, UnavailableProblem, UnprocessableProblem } from "./Problems.ts"

const image = { id: ImageId }

/** A list of names or categories. */
const Services = Schema.String.check(Schema.isMaxLength(4096))

/** What a submission may say besides the picture. */
export const Wishes = Schema.Struct({ services: Schema.optionalKey(Services), group: Schema.optionalKey(Group) })

/**
 * A picture to be fetched, and who is to look at it. `services` is a comma-separated list of names or categories, or `all`;
 * the primary services when left out.
 */
export const UrlSubmission = Schema.Struct({
  url: Schema.NonEmptyString.check(Schema.isMaxLength(4096)),
  ...Wishes.fields
}).annotate({ identifier: "UrlSubmission" })

/** The most pictures of one request. */
export const mostAtOnce = 100

/** What a form may hold: the pictures, and what is wished of them. */
export const formLimits = { maxParts: mostAtOnce + 2, maxFieldSize: "16 KiB", maxTotalSize: "1 GiB" } as const

/** A picture as a file. Fields come before the file, or after it. */
export const FileSubmission = Schema.Struct({
  file: Schema.String.annotate({ format: "binary", description: "The picture" }),
  ...Wishes.fields
}).pipe(HttpApiSchema.asMultipartStream(formLimits))

/** An image that was accepted. */
export const Submission = Schema.Struct({
  id: ImageId,
  /** Absent when the image was first submitted without a trace. */
  traceId: Schema.optionalKey(Schema.String),
  /** Whether this submission made the image known. */
  isNew: Schema.Boolean,
  /** The services that have still to answer. */
  owed: Schema.Array(ServiceId)
})
export type Submission = typeof Submission.Type

/** An image that was accepted, and how far it is when that is answered. */
export const AcceptedImage = Schema.Struct({
  ...Submission.fields,
  status: ImageStatus,
  /** Those of `owed` that give no answers now. */
  waitsFor: ImageSummary.fields.waitsFor
}).annotate({
  identifier: "AcceptedImage"
})

/** Whole seconds. */
const Wait = Schema.TemplateLiteralParser([Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 300 })), "s"])

const submit = HttpApiEndpoint.post("submit", "/images", {
  query: {
    /** How long to wait for the image to be done before answering, at most five minutes: `30s`. */
    wait: Schema.optionalKey(Wait)
  },
  headers: { "idempotency-key": Schema.optionalKey(Schema.String.check(Schema.isMaxLength(255))) },
  payload: [UrlSubmission, FileSubmission],
  success: AcceptedImage.pipe(HttpApiSchema.status(202)),
  error: [NotFoundProblem, TooLargeProblem, UnprocessableProblem, UnavailableProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Submit an image",
    description:
      "Takes a picture, as a file (`multipart/form-data`, field `file`) or by URL (JSON), and asks the services about it. " +
      "`services` is a comma-separated list of names, or `all`; the primary services when left out. " +
      "The same picture is the same image: submitting it again asks only for what has not been answered. With an " +
      "`Idempotency-Key` a request can be repeated for a day and gives the first answer again. `Location` is where the image " +
      "is; with `wait=30s` the answer comes when the image is done, or after that time: `status` says which."
  })
)

/** Pictures to be fetched, and who is to look at them. */
export const UrlSubmissions = Schema.Struct({
  urls: Schema.Array(Schema.NonEmptyString.check(Schema.isMaxLength(4096))).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(mostAtOnce)
  ),
  ...Wishes.fields
}).annotate({ identifier: "UrlSubmissions" })

/** Pictures as files, all in the field `file`. */
export const FileSubmissions = Schema.Struct({
  file: Schema.Array(Schema.String.annotate({ format: "binary" })).annotate({ description: "The pictures" }),
  ...Wishes.fields
}).pipe(HttpApiSchema.asMultipartStream(formLimits))

/** A picture that was not accepted, by the name or URL it was sent with, and why; `code` as in problems. */
export const RefusedPicture = Schema.Struct({
  name: Schema.String,
  code: Schema.String,
  detail: Schema.String
}).annotate({ identifier: "RefusedPicture" })
export type RefusedPicture = typeof RefusedPicture.Type

/** What became of each picture of a request, in the order of the request. */
export const Submissions = Schema.Struct({
  accepted: Schema.Array(Schema.Struct({ name: Schema.String, ...Submission.fields })),
  refused: Schema.Array(RefusedPicture)
}).annotate({ identifier: "Submissions" })
export type Submissions = typeof Submissions.Type

const submitMany = HttpApiEndpoint.post("submitMany", "/images/batch", {
  payload: [UrlSubmissions, FileSubmissions],
  success: Submissions.pipe(HttpApiSchema.status(202)),
  error: [TooLargeProblem, UnprocessableProblem, UnavailableProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Submit many images",
    description:
      `Takes up to ${mostAtOnce} pictures, as files (\`multipart/form-data\`, each in a field \`file\`) or by URL (JSON, ` +
      "`urls`). Pictures that cannot be taken are listed with the reason and keep none of the others out. A request can be " +
      "repeated: the same picture is the same image."
  })
)

/** A page of images. `next` is the `before` of the next page; absent on the last. `total` is there when it was asked for. */
export const ImagePage = Schema.Struct({
  images: Schema.Array(ImageSummary),
  next: Schema.optionalKey(ImageId),
  /** How many images meet the filter, on all pages. */
  total: Schema.optionalKey(Schema.Int),
  /** Where to begin with the events, to miss no change of these images. */
  moment: Moment
}).annotate({ identifier: "ImagePage" })

/** The ids of images, in the order that was asked for. */
export const ImageList = Schema.Struct({
  ids: Schema.Array(ImageId),
  /** Where to begin with the events, to miss no change of these images. */
  moment: Moment
}).annotate({ identifier: "ImageList" })

const search = HttpApiEndpoint.get("search", "/images", {
  query: {
    ...ImageFilter.fields,
    before: Schema.optionalKey(ImageId),
    limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))),
    /** Whether all that meet the filter are counted. */
    total: Schema.optionalKey(Schema.Boolean)
  },
  success: ImagePage
}).annotateMerge(
  OpenApi.annotations({
    summary: "Find images",
    description:
      "Newest first. An image must meet every filter that is given; `ids` can be repeated. `q` looks in file name, group, what was " +
      'found (label, emoji, text, caption) and why something failed: `dog "no parking" NOT cat`. Words must all be there; `OR` stands ' +
      "between choices, `NOT` or `-` before what must not be there, parentheses group. A word is found in any wording (`women` finds " +
      "`person`), words in quotes as they are; `*` at the end of a word stands for any ending."
  })
)

const suggest = HttpApiEndpoint.get("suggest", "/suggestions", {
  query: {
    /** The beginning of a word. */
    typed: Schema.String.check(Schema.isMaxLength(200))
  },
  success: Schema.Array(Suggestion.annotate({ identifier: "Suggestion" }))
}).annotateMerge(
  OpenApi.annotations({
    summary: "See what a word may become",
    description: "At most ten: names of what was found that begin so, and groups with that in their names."
  })
)

const get = HttpApiEndpoint.get("get", "/images/:id", {
  params: image,
  success: Image.annotate({ identifier: "Image" }),
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Look at an image",
    description:
      "Everything known about an image. Coordinates are pixels of the stored image, which is never rotated by its EXIF " +
      "orientation: show `/images/{id}/content` with `image-orientation: none`."
  })
)

const neighbors = HttpApiEndpoint.get("neighbors", "/images/:id/neighbors", {
  params: image,
  query: {
    ...ImageFilter.fields,
    /** `newest` when left out. */
    order: Schema.optionalKey(ImageOrder)
  },
  success: Schema.Struct({
    /** Absent for the first of the list. */
    previous: Schema.optionalKey(ImageId),
    /** Absent for the last of the list. */
    next: Schema.optionalKey(ImageId)
  }).annotate({ identifier: "Neighbors" })
}).annotateMerge(
  OpenApi.annotations({
    summary: "Find the images before and after one",
    description:
      "In the list that `GET /images/ids` gives with the same filters and order. Of the newest first, whether or not the image is in " +
      "it; in another order an image that is not in the list has none."
  })
)

const timeline = HttpApiEndpoint.get("timeline", "/images/:id/timeline", {
  params: image,
  success: Timeline.annotate({ identifier: "Timeline" }),
  error: NotFoundProblem
}).annotateMerge(OpenApi.annotations({ summary: "See what happened to an image, and when" }))

/** A picture as it is. */
const Picture = Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/*" }))

const content = HttpApiEndpoint.get("content", "/images/:id/content", {
  params: image,
  query: {
    /** The greatest width and height of a smaller JPEG, in pixels; the picture as it is when left out. */
    size: Schema.optionalKey(Schema.Literals([160, 320, 640, 1280]))
  },
  success: Picture,
  error: [NotFoundProblem, UnprocessableProblem, UnavailableProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Get the picture, or a small one with `size`",
    description:
      "The header `Image-Size` (`640x480`) gives width and height of the stored image, in whose pixels all coordinates are."
  })
)

const crop = HttpApiEndpoint.get("crop", "/images/:id/crops/:box", {
  params: { ...image, box: BoxId },
  success: Picture,
  error: [NotFoundProblem, UnprocessableProblem, UnavailableProblem]
}).annotateMerge(OpenApi.annotations({ summary: "Get the part of the picture that is in a box" }))

const rerun = HttpApiEndpoint.post("rerun", "/images/:id/rerun", {
  params: image,
  payload: Schema.Struct({
    /** Those that were requested when left out. */
    services: Schema.optionalKey(listOf(ServiceId)),
    /** Forgets good answers too. */
    all: Schema.optionalKey(Schema.Boolean)
  }),
  success: Submission.pipe(HttpApiSchema.status(202)),
  error: [NotFoundProblem, UnprocessableProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Ask services again about an image",
    description:
      "Forgets the failed answers of `services`, or of all that were requested, and asks again what is owed. Good answers " +
      "are kept unless `all` is set. Services not asked so far are added."
  })
)

const remove = HttpApiEndpoint.delete("remove", "/images/:id", {
  params: image,
  success: HttpApiSchema.NoContent,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Delete an image",
    description: "Deletes the image, everything known about it, and the picture if it was uploaded or fetched."
  })
)

/** Every image of the list once, in its order: `next` and `before` are for those who read page by page. */
const list = HttpApiEndpoint.get("list", "/images/ids", {
  query: {
    ...ImageFilter.fields,
    /** `newest` when left out. */
    order: Schema.optionalKey(ImageOrder),
    /** The first so many; all when left out. */
    limit: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
  },
  success: ImageList
}).annotateMerge(
  OpenApi.annotations({
    summary: "List the ids of images, in an order",
    description:
      "All that meet the filters of `GET /images`, at once: how many they are, and which has which place. `least-agreement` lists first " +
      "the images about whose boxes the detectors disagree most."
  })
)

/** Some images of the archive. */
const ids = Schema.NonEmptyArray(ImageId).check(Schema.isMaxLength(100_000))

const Count = Schema.Struct({ count: Schema.Int })

const assign = HttpApiEndpoint.post("assign", "/images/group", {
  payload: Schema.Struct({
    ids,
    /** None when left out. */
    group: Schema.optionalKey(Group)
  }),
  success: Count
}).annotateMerge(
  OpenApi.annotations({
    summary: "Put some images into a group, or into none",
    description: "`count`: images; those that are gone are left out."
  })
)

const statistics = HttpApiEndpoint.get("statistics", "/statistics", {
  query: {
    /** Images of this group; all when left out. */
    group: Schema.optionalKey(Group)
  },
  success: Statistics.annotate({ identifier: "Statistics" })
}).annotateMerge(
  OpenApi.annotations({
    summary: "See who agrees with whom, what was found, and how fast answers came",
    description:
      "Pairs of detectors, how each fared among the others, boxes and confidences of each label as people have corrected them, and " +
      "answers, failures and times of each service. The images on which the detectors disagree most are `GET /images/ids?order=least-agreement`."
  })
)

export class Images extends HttpApiGroup.make("images")
  .add(submit, submitMany, search, list, suggest, statistics, assign)
  .add(get, neighbors, timeline, content, crop, rerun, remove)
  .annotateMerge(OpenApi.annotations({ title: "Images", description: "Submit images and look at what was found." })) {}
