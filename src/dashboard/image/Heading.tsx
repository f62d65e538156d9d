/** The name of an image, where it is from, and how far it is. */
import type { ComponentChildren } from "preact"
import { type Image, progressInWords } from "../../domain/archive/Image.ts"
import type { Picture } from "../parts/Picture.ts"
import { count } from "../parts/Words.ts"
import { href } from "../Routes.ts"

export interface HeadingProps {
  readonly image: Image
  readonly picture: Picture | "failed" | undefined
  /** What can be done with the image. */
  readonly children: ComponentChildren
}

export const Heading = ({ children, image, picture }: HeadingProps) => (
  <header class="heading">
    <div>
      <h1 title={image.path ?? image.url}>{image.filename}</h1>
      <p class="soft">
        #{image.id} · <span data-status={image.status}>{progressInWords(image)}</span> · {image.answered} of{" "}
        {count(image.requested, "answer")}
        {image.failed > 0 && <span class="bad"> · {image.failed} failed</span>}
        {picture !== undefined && picture !== "failed" && ` · ${picture.width} × ${picture.height} px`}
        {image.group !== undefined && (
          <>
            {" · "}
            <a href={href("images", { group: image.group })}>{image.group}</a>
          </>
        )}
      </p>
    </div>
    {children}
  </header>
)
