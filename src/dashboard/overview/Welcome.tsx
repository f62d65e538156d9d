/** What somebody reads who sees the dashboard for the first time, before there is any image. */
import { address } from "../Client.ts"
import { href } from "../Routes.ts"

export const Welcome = () => (
  <section class="card welcome" aria-labelledby="welcome">
    <h2 id="welcome">There are no images yet</h2>
    <p>
      Windmill shows each image to all services below. After every answer it puts together what they say: boxes that
      several detectors agree on, and the things that are in the picture. You can watch, and see for each box who saw it
      and who did not.
    </p>
    <p>
      <a class="button primary" href={href("add")}>
        Add pictures
      </a>{" "}
      or drop them on this page. From a shell:
    </p>
    <pre>
      windmill producer --images 'pictures/**/*.jpg'{"\n"}
      curl --form file=@photo.jpg {address("images")}
    </pre>
  </section>
)
