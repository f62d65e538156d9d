/** What the metadata service measures in the picture it receives. */
import type { JsonObject } from "../http/Envelope.ts"
import type { Exif } from "../http/Exif.ts"
import type { Description, Pixels } from "../http/Pictures.ts"
import * as Luma from "./Luma.ts"

/** One record about the file, its pixels and its EXIF. */
export const predictions = (picture: Description, pixels: Pixels): ReadonlyArray<JsonObject> => {
  const luma = Luma.of(pixels)
  const { deviation, mean } = Luma.statistics(luma)
  const dark = Luma.share(luma, 0, 25)
  const bright = Luma.share(luma, 230, 256)
  const sections = Luma.thirds(luma)
  const edges = Luma.edgeDensity(luma)
  const symmetry = Luma.symmetry(luma)
  const sharpness = Luma.laplacianVariance(luma)
  const saturation = round(meanSaturation(pixels), 1)
  return [
    {
      dimensions: { height: picture.height, width: picture.width },
      aspect_ratio: aspect(picture.width / picture.height),
      file: { file_size: picture.byteLength, file_type: picture.format },
      color_properties: {
        saturation_analysis: { average_saturation: saturation, saturation_level: saturation }
      },
      composition: {
        complexity_analysis: { complexity_level: round(100 * edges, 1), edge_density: round(edges, 3) },
        rule_of_thirds: {
          most_interesting_section: sections.indexOf(Math.max(...sections)),
          section_brightness: sections.map((section) => round(section, 1))
        },
        symmetry_analysis: {
          horizontal_symmetry_score: round(symmetry, 3),
          symmetry_level: round(100 * symmetry, 1)
        }
      },
      image_quality: {
        blur_analysis: {
          laplacian_variance: round(sharpness, 1),
          sharpness_score: round(Math.min(1, sharpness / 500), 3)
        },
        contrast_analysis: {
          brightness_variation: round(deviation, 2),
          contrast_quality: round((25 * deviation) / 64, 1),
          contrast_score: round(deviation / 64, 2),
          dynamic_range: round(deviation, 2)
        },
        exposure_analysis: {
          bright_pixel_ratio: round(bright, 2),
          dark_pixel_ratio: round(dark, 2),
          exposure_quality: round(100 * (1 - dark - bright), 1),
          histogram_balance: round(deviation, 2)
        },
        lighting_analysis: { lighting_quality: round(mean, 1), mean_brightness: round(mean, 1) }
      },
      ...exif(picture)
    }
  ]
}

/** `category` has gaps on purpose: what is neither clearly wide nor clearly tall counts as square. */
const aspect = (ratio: number): JsonObject => ({
  category: ratio > 1.2 ? "landscape" : ratio < 0.8 ? "portrait" : "square",
  ratio: round(ratio, 1)
})

/** Mean saturation of the HSV model, in `[0, 255]`. */
const meanSaturation = ({ data }: Pixels): number => {
  let sum = 0
  for (let at = 0; at + 2 < data.length; at += 3) {
    const highest = Math.max(data[at]!, data[at + 1]!, data[at + 2]!)
    if (highest > 0) sum += 1 - Math.min(data[at]!, data[at + 1]!, data[at + 2]!) / highest
  }
  return (255 * sum) / (data.length / 3)
}

/** `exif_data` and `gps_data`, each only when there is something in it. */
const exif = ({ exif: { GPSInfo = {}, Image = {}, Photo = {} } }: Description): JsonObject => {
  const camera = tags({ ...Image, ...Photo })
  const position = tags(GPSInfo)
  return {
    ...(Object.keys(position).length > 0 && { gps_data: position }),
    ...(Object.keys(camera).length > 0 && { exif_data: camera })
  }
}

/** The tags under the names ExifTool gives them. */
const tags = (group: Exif[string]): JsonObject =>
  Object.fromEntries(
    Object.entries(group).map(([name, value]) => [`EXIF:${name}`, value instanceof Date ? value.toISOString() : value])
  )

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals
