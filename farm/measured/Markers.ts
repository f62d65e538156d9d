/**
 * Markers to name colors by: a selection across the families of the Copic system.
 *
 * Codes and names are Copic's; the colors approximate how the inks look on paper.
 */

/** A color with red, green and blue in `[0, 255]`. */
export type Rgb = readonly [red: number, green: number, blue: number]

export interface Marker {
  /** As printed in replies: `Iris (B79)`. */
  readonly name: string
  readonly hex: string
  readonly temperature: "warm" | "cool" | "neutral"
  readonly rgb: Rgb
}

/** The marker whose color is nearest, by squared distance in RGB. */
export const nearest = (color: Rgb): Marker =>
  markers.reduce((best, marker) => (distance(marker.rgb, color) < distance(best.rgb, color) ? marker : best))

const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2

/** What a family's letters say about temperature. Earth tones, violets and the other grays are neutral. */
const temperatures: Readonly<Record<string, Marker["temperature"]>> = {
  BV: "cool",
  B: "cool",
  BG: "cool",
  G: "cool",
  YG: "cool",
  C: "cool",
  RV: "warm",
  R: "warm",
  YR: "warm",
  Y: "warm",
  W: "warm"
}

const parse = (line: string): Marker => {
  const [code = "", hex = "", ...words] = line.trim().split(" ")
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16)
  return {
    name: `${words.join(" ")} (${code})`,
    hex: `#${hex}`,
    temperature: temperatures[/^[A-Z]*/.exec(code)?.[0] ?? ""] ?? "neutral",
    rgb: [channel(0), channel(2), channel(4)]
  }
}

const table = `
  100 141414 Black
  0 ffffff Colorless
  B00 dcf0f4 Frost Blue
  B02 b3e3f1 Robin's Egg Blue
  B05 40c5e6 Process Blue
  B14 70cfeb Light Blue
  B16 00b9e8 Cyanine Blue
  B18 1d8acb Lapis Lazuli
  B23 91b9e3 Phthalo Blue
  B26 65b3df Cobalt Blue
  B29 0177c1 Ultramarine
  B32 e2eff7 Pale Blue
  B37 156fa3 Antwerp Blue
  B39 2b64a9 Prussian Blue
  B45 74b9d8 Smoky Blue
  B60 d6e0f2 Pale Blue Gray
  B63 a7bde0 Light Hydrangea
  B66 6787c0 Clematis
  B69 2164af Stratospheric Blue
  B79 31418f Iris
  B93 93c1db Light Crockery Blue
  B95 74abcf Light Grayish Cobalt
  B97 467496 Night Blue
  B99 0f547e Agate
  BG05 76c6d4 Holiday Blue
  BG09 00b3c4 Blue Green
  BG10 dcefec Cool Shadow
  BG13 c4e6e5 Mint Green
  BG18 31b9b1 Teal Blue
  BG49 00b2c7 Duck Blue
  BG75 5a9e98 Abyss Green
  BG78 47756e Bronze
  BG96 6e9a8c Bush
  BG99 537a6b Flagstone Blue
  BV00 dedbeb Mauve Shadow
  BV04 7d90c7 Blueberry
  BV08 9b7db8 Blue Violet
  BV13 4f66ad Hydrangea Blue
  BV17 6f86b8 Deep Reddish Blue
  BV23 b6bed5 Grayish Lavender
  BV29 38536b Slate
  C1 e2e9ec Cool Gray No. 1
  C3 c4d1d9 Cool Gray No. 3
  C5 93a4af Cool Gray No. 5
  C7 647581 Cool Gray No. 7
  C9 3a4954 Cool Gray No. 9
  E00 fdf3ea Cotton Pearl
  E04 e3bfb7 Lipstick Natural
  E07 d18f76 Light Mahogany
  E09 d4704f Burnt Sienna
  E11 fbe6d1 Barley Beige
  E13 eacbaf Light Suntan
  E15 dfa679 Dark Suntan
  E17 b9613f Reddish Brass
  E19 c05a33 Redwood
  E25 c79c7c Caribe Cocoa
  E27 8c674e Milk Chocolate
  E29 7c4a2f Burnt Umber
  E33 f2d3ac Sand
  E37 c98b55 Sepia
  E39 d27d33 Leather
  E43 ebe3cd Dull Ivory
  E44 c3b9a6 Clay
  E47 7d6756 Dark Brown
  E49 5b4335 Dark Bark
  E57 a8774f Light Walnut
  E59 9a7d66 Walnut
  E71 e1d3cb Champagne
  E77 7b5c50 Maroon
  E79 4c3029 Cashew
  G02 cbe5c9 Spectrum Green
  G07 79c370 Nile Green
  G09 6cbf5a Veronese Green
  G17 18a572 Forest Green
  G19 33b37e Bright Parrot Green
  G24 bfddab Willow
  G28 177e55 Ocean Green
  G29 19774f Pine Tree Green
  G85 93bfa0 Verdigris
  G94 94a486 Grayish Olive
  G99 5a7d3c Olive
  N2 dcdcdc Neutral Gray No. 2
  N4 b8b9bb Neutral Gray No. 4
  N6 858688 Neutral Gray No. 6
  N8 58595b Neutral Gray No. 8
  R02 f9cfb9 Rose Salmon
  R05 f3936f Salmon Red
  R08 ee5a3c Vermilion
  R14 ef8f83 Light Rouge
  R20 f9d3cb Blush
  R27 ee4a4c Cadmium Red
  R29 e9283f Lipstick Red
  R35 f0747c Coral
  R37 d4706f Carmine
  R39 c1546f Garnet
  R59 a9455c Cardinal
  RV02 fadde3 Sugared Almond Pink
  RV04 f5a3c0 Shock Pink
  RV09 e46ea6 Fuchsia
  RV14 e56b97 Begonia Pink
  RV19 cc619b Red Violet
  RV29 ea3560 Crimson
  RV34 f4a0a3 Dark Pink
  RV99 5c4a58 Argyle Purple
  V04 dea9c8 Lilac
  V06 b584b6 Lavender
  V09 74429a Violet
  V15 c9a0c9 Mallow
  V17 9e7fb8 Amethyst
  V95 a87d96 Light Grape
  V99 5b4a62 Aubergine
  W1 eae9e4 Warm Gray No. 1
  W3 cfcbc3 Warm Gray No. 3
  W5 a39d93 Warm Gray No. 5
  W7 756f67 Warm Gray No. 7
  W9 4a4540 Warm Gray No. 9
  Y02 f5ef8f Canary Yellow
  Y08 fdf000 Acid Yellow
  Y11 fffbd2 Pale Yellow
  Y15 fed758 Cadmium Yellow
  Y17 ffe455 Golden Yellow
  Y19 ffe94a Napoli Yellow
  Y23 f6ddb0 Yellowish Beige
  Y26 e6d069 Mustard
  Y28 c6a54e Lionet Gold
  Y38 ffd78d Honey
  YG03 deeaaa Yellow Green
  YG07 a4cf58 Acid Green
  YG09 81c35c Lettuce Green
  YG17 71b44c Grass Green
  YG23 d7e05b New Leaf
  YG25 d2e29c Celadon Green
  YG45 b5d8b5 Cobalt Green
  YG63 a2c39e Pea Green
  YG67 7fb57c Moss
  YG91 d9d3a3 Putty
  YG95 cdc35f Pale Olive
  YG97 98903d Spanish Olive
  YG99 5f7029 Marine Green
  YR02 fcd9bb Light Orange
  YR04 fbb56b Chrome Orange
  YR07 f2693f Cadmium Orange
  YR09 f05d30 Chinese Orange
  YR14 fec887 Caramel
  YR16 fdb13c Apricot
  YR18 ef7144 Sanguine
  YR21 f6d9a0 Cream
  YR23 e9c568 Yellow Ochre
`
const markers = table.trim().split("\n").map(parse)
