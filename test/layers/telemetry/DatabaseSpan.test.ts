import { assert, describe, it } from "@effect/vitest"
import { summary } from "../../../src/layers/telemetry/DatabaseSpan.ts"

describe("summary", () => {
  it.each([
    ["SELECT image_id FROM images WHERE image_id = ANY ($1) FOR NO KEY UPDATE", "SELECT images"],
    ['SELECT count(*) AS n FROM "results"', "SELECT results"],
    ["SELECT images.image_id FROM unnest($1) AS d JOIN images USING (image_id)", "SELECT"],
    ["SELECT (SELECT count(*) FROM merged_boxes WHERE image_id = $1) AS boxes", "SELECT merged_boxes"],
    ["SELECT 1", "SELECT"],
    ["\n  INSERT INTO images (source_key) SELECT * FROM unnest($1) ON CONFLICT DO UPDATE SET a = 1", "INSERT images"],
    ["WITH new AS (\n INSERT INTO results (a) VALUES ($1)) UPDATE images SET b = 1", "INSERT results"],
    ["WITH first AS (SELECT FROM images) SELECT FROM first", "SELECT images"],
    ['UPDATE images SET "consensus_revision" = d.revision FROM unnest($1) AS d', "UPDATE images"],
    ["delete from workers WHERE worker_id = $1", "DELETE workers"],
    ["CREATE TRIGGER a BEFORE UPDATE ON images", "CREATE"],
    ["", "QUERY"]
  ])("of %j is %j", (statement, expected) => {
    assert.strictEqual(summary(statement), expected)
  })
})
