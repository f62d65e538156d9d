/**
 * Which picture an image is, and which kept pictures are in use.
 *
 * Answers from before this step were given about pictures as they were stored, with the orientation that their EXIF says
 * still to be applied. `picture` stays null for them: the first who reads such a picture and finds it turned has it
 * analyzed anew, as for a file that has another content than it had.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export const knowPictures = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Names the content that the answers are about; null as long as it is not known.
  yield* sql`ALTER TABLE images ADD COLUMN picture text`
  yield* sql`CREATE INDEX images_content ON images (right(coalesce(image_path, image_url), 64))`
})
