/** What models say about pictures. A network is loaded when a service first needs it. */
import * as HubModels from "../hub/HubModels.ts"
import * as Models from "../Models.ts"
import * as Detector from "../vision/Detector.ts"
import * as Explicitness from "../vision/Explicitness.ts"
import * as Faces from "../vision/Faces.ts"
import type { Network } from "../vision/Network.ts"
import type { Picture } from "../vision/Picture.ts"
import * as Poses from "../vision/Poses.ts"
import * as Reader from "../vision/Reader.ts"
import * as Weights from "../Weights.ts"
import type { Settings } from "./Messages.ts"
import * as Runtime from "./Runtime.ts"

/** Remembers what was loaded; what failed is tried again. */
const once = <Name, A>(load: (name: Name) => Promise<A>) => {
  const loaded = new Map<Name, Promise<A>>()
  return (name: Name): Promise<A> => {
    const known = loaded.get(name) ?? load(name)
    loaded.set(name, known)
    known.catch(() => loaded.delete(name))
    return known
  }
}

export interface Answering {
  /** The predictions of the service's reply. */
  readonly predictions: (service: Models.ServiceName, picture: Picture) => Promise<ReadonlyArray<object>>
  /** Makes sure that what the service answers with is there and whole. Loads no network. */
  readonly examine: (service: Models.ServiceName) => Promise<void>
  /** Loads what the service answers with, before a picture needs it. */
  readonly load: (service: Models.ServiceName) => Promise<void>
}

/** `models`: the folder of models that were added, where converted networks are kept, too. */
export const make = ({ models }: Settings): Answering => {
  const network = once(async (name: Models.NetworkName): Promise<Network> =>
    Runtime.open(await Weights.load(Models.networks[name], models), name)
  )

  const observer = once((name: Models.HubServiceName) => HubModels.open(name, models))
  const observing = (name: Models.HubServiceName) => async (picture: Picture) => (await observer(name))(picture)

  const alphabet = async (): Promise<ReadonlyArray<string>> => {
    const { file, package: from } = Models.alphabet
    return [...(await Weights.read(from, file, models)).toString().trimEnd().split("\n"), " "]
  }
  let characters: ReadonlyArray<string> | undefined

  const services: Readonly<Record<Models.ServiceName, (picture: Picture) => Promise<ReadonlyArray<object>>>> = {
    captions: observing("captions"),
    centernet: async (picture) =>
      Detector.predictions(await Detector.detect(Detector.centernet, await network("centernet"), picture)),
    clip: observing("clip"),
    imagenet: observing("imagenet"),
    nanodet: async (picture) =>
      Detector.predictions(await Detector.detect(Detector.nanodet, await network("nanodet"), picture)),
    nanodet_g: async (picture) =>
      Detector.predictions(await Detector.detect(Detector.nanodet, await network("nanodet_g"), picture)),
    nsfw: async (picture) => Explicitness.predictions(await network("nsfw"), picture),
    face: async (picture) => Faces.predictions(await network("blazeface"), picture),
    pose: async (picture) => Poses.predictions(await network("movenet"), picture),
    ocr: async (picture) =>
      Reader.predictions(
        {
          lines: await network("lines"),
          characters: await network("characters"),
          alphabet: (characters ??= await alphabet())
        },
        picture
      ),
    rtdetr: observing("rtdetr")
  }

  const examine = async (service: Models.ServiceName): Promise<void> => {
    await Runtime.load()
    if (Models.isHubService(service)) return HubModels.examine(service, models)
    await Promise.all(Models.services[service].networks.map((name) => Weights.examine(Models.networks[name], models)))
  }

  const load = async (service: Models.ServiceName): Promise<void> => {
    if (Models.isHubService(service)) await observer(service)
    else for (const name of Models.services[service].networks) await network(name)
  }

  return { predictions: (service, picture) => services[service](picture), examine, load }
}
