/** The replies of the thirteen services, to the letter of their contract: no field more, none less. */
import { Schema } from "effect"
import type { SimulatedService } from "#farm/simulated/Contract"

const Fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Emoji = Schema.NonEmptyString
const Box = Schema.Struct({ x: Schema.Int, y: Schema.Int, width: Schema.Int, height: Schema.Int })
const Pixel = Schema.Tuple([Schema.Int, Schema.Int])
const shiny = Schema.optionalKey(Schema.Literal(true))

const Detected = Schema.Struct({
  label: Schema.NonEmptyString,
  confidence: Fraction,
  bbox: Box,
  emoji: Schema.optionalKey(Emoji),
  shiny
})

const Label = Schema.Struct({
  label: Schema.NonEmptyString,
  confidence: Fraction,
  emoji: Schema.optionalKey(Emoji),
  shiny
})

const Mapping = Schema.Struct({ word: Schema.NonEmptyString, emoji: Emoji, shiny })

const Color = Schema.Struct({
  copic: Schema.String.check(Schema.isPattern(/^.+ \([A-Z]*\d+\)$/)),
  hex: Schema.String.check(Schema.isPattern(/^#[0-9a-f]{6}$/)),
  temperature: Schema.Literals(["warm", "cool", "neutral"])
})

const Landmark = Schema.Struct({ x: Schema.Finite, y: Schema.Finite, z: Schema.Finite, visibility: Fraction })

/** One prediction of each service. */
const predictions: Readonly<Record<SimulatedService, Schema.Codec<unknown, unknown>>> = {
  blip: Schema.Struct({ text: Schema.NonEmptyString, emoji_mappings: Schema.Array(Mapping), shiny }),
  clip: Label,
  colors: Schema.Struct({
    primary: Color,
    palette: Schema.Struct({
      temperature: Schema.Literals(["warm", "cool", "neutral"]),
      colors: Schema.NonEmptyArray(Color)
    })
  }),
  detectron2: Detected,
  face: Schema.Struct({
    label: Schema.Literal("face"),
    emoji: Emoji,
    confidence: Fraction,
    bbox: Schema.Tuple([Schema.Int, Schema.Int, Schema.Int, Schema.Int]),
    keypoints: Schema.Struct({
      right_eye: Pixel,
      left_eye: Pixel,
      nose_tip: Pixel,
      mouth_center: Pixel,
      right_ear_tragion: Pixel,
      left_ear_tragion: Pixel
    }),
    shiny
  }),
  inception_v3: Label,
  metadata: Schema.Struct({
    dimensions: Schema.Struct({ height: Schema.Int, width: Schema.Int }),
    aspect_ratio: Schema.Struct({
      category: Schema.Literals(["landscape", "portrait", "square"]),
      ratio: Schema.Finite
    }),
    file: Schema.Struct({ file_size: Schema.Int, file_type: Schema.String }),
    color_properties: Schema.Struct({
      saturation_analysis: Schema.Struct({ average_saturation: Schema.Finite, saturation_level: Schema.Finite })
    }),
    composition: Schema.Struct({
      complexity_analysis: Schema.Struct({ complexity_level: Schema.Finite, edge_density: Fraction }),
      rule_of_thirds: Schema.Struct({
        most_interesting_section: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })),
        section_brightness: Schema.Tuple(Array.from({ length: 9 }, () => Schema.Finite))
      }),
      symmetry_analysis: Schema.Struct({ horizontal_symmetry_score: Fraction, symmetry_level: Schema.Finite })
    }),
    image_quality: Schema.Struct({
      blur_analysis: Schema.Struct({ laplacian_variance: Schema.Finite, sharpness_score: Fraction }),
      contrast_analysis: Schema.Struct({
        brightness_variation: Schema.Finite,
        contrast_quality: Schema.Finite,
        contrast_score: Schema.Finite,
        dynamic_range: Schema.Finite
      }),
      exposure_analysis: Schema.Struct({
        bright_pixel_ratio: Fraction,
        dark_pixel_ratio: Fraction,
        exposure_quality: Schema.Finite,
        histogram_balance: Schema.Finite
      }),
      lighting_analysis: Schema.Struct({ lighting_quality: Schema.Finite, mean_brightness: Schema.Finite })
    }),
    gps_data: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
    exif_data: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
  }),
  nsfw2: Schema.Struct({ confidence: Fraction, emoji: Schema.Literals(["🔞", ""]), nsfw: Schema.Boolean, shiny }),
  ocr: Schema.Struct({
    text: Schema.String,
    emoji: Schema.Literals(["💬", ""]),
    has_text: Schema.Boolean,
    text_regions: Schema.Array(Schema.Struct({ text: Schema.NonEmptyString, confidence: Fraction, bbox: Box })),
    emoji_mappings: Schema.Array(Mapping),
    shiny
  }),
  ollama: Schema.Struct({
    text: Schema.NonEmptyString,
    emoji_mappings: Schema.optionalKey(Schema.NonEmptyArray(Mapping)),
    shiny
  }),
  pose: Schema.Struct({
    landmarks: Schema.Record(Schema.String, Landmark),
    pose_analysis: Schema.Struct({
      joint_angles: Schema.Struct({
        left_elbow: Schema.Finite,
        right_elbow: Schema.Finite,
        left_knee: Schema.Finite,
        right_knee: Schema.Finite
      })
    }),
    shiny
  }),
  rtdetr: Detected,
  yolov8: Detected
}

/** The predictions of a service's reply; throws with the path of what is not of the contract. */
export const checkPredictions = (service: SimulatedService, value: unknown): void => {
  Schema.decodeUnknownSync(Schema.Array(predictions[service]), { onExcessProperty: "error" })(value)
}

/** What answers; invented answers say so. */
const modelInfo = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Literal(true)]))

/** The envelope of a success, whatever it predicts. */
export const Success = Schema.Struct({
  service: Schema.String,
  status: Schema.Literal("success"),
  predictions: Schema.Array(Schema.Unknown),
  metadata: Schema.Struct({
    processing_time: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    model_info: modelInfo
  })
})

/** The envelope of a failure. */
export const Failure = Schema.Struct({
  service: Schema.String,
  status: Schema.Literal("error"),
  predictions: Schema.Tuple([]),
  error: Schema.Struct({ message: Schema.NonEmptyString }),
  metadata: Schema.Struct({
    processing_time: Schema.Finite,
    model_info: Schema.optionalKey(modelInfo)
  })
})

/** The failure that a service's web framework writes. */
export const FlatFailure = Schema.Struct({ error: Schema.NonEmptyString, status: Schema.Literal("error") })
