// The engine under Node: the recorded story ends in the recorded state, and errors are values.
//
//   AMBER_ENGINE=…/engine.js node tests/node/hash.mjs        as `cargo xtask test` does
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Cluster } = require(process.env.AMBER_ENGINE ?? "../../dist/npm/node/engine.js");
const text = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

const cluster = new Cluster({ version: "21.2", scenario: "empty", seed: "1" });
const results = cluster.exec(text("story.sql"));
assert.equal(results.filter((result) => result.error).length, 1);
assert.equal(cluster.hash(), text("story.hash").trim());

const [broken] = cluster.exec("SELEC 1;");
assert.equal(broken.error.code, "42601");
assert.equal(cluster.hash.call(cluster).length, 32);
console.log("1 passed, 0 failed");
