/** The image source of the programs, for tests: it reads what strangers' redirects lead to from the public internet alone. */
import { Layer, Result } from "effect"
import * as GuardedWebPictures from "../../src/layers/http/GuardedWebPictures.ts"
import * as Networks from "../../src/layers/http/Networks.ts"
import * as S3ObjectStorage from "../../src/layers/s3/S3ObjectStorage.ts"
import * as SharpImageSource from "../../src/layers/pictures/SharpImageSource.ts"

export const layer = (options: SharpImageSource.SourceOptions = {}) =>
  SharpImageSource.layer(options).pipe(
    Layer.provide([GuardedWebPictures.layer(Result.getOrThrow(Networks.parse([]))), S3ObjectStorage.layer]),
    Layer.orDie
  )
