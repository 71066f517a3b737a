// The engines that are measured, each behind the same few words.
//
//   name, run(sql) → rows or a promise, memory() → bytes of its wasm memory, dump() → bytes, load(bytes) → a fresh engine
//
// Peers come from the npm registry into target/bench; one that is not to be had is left out and said so.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const tools = path.join(root, "target/bench");
export const dist = process.env.AMBER_DIST ?? path.join(root, "dist");

/** Peers with the versions that the goals were set against. */
export const PEERS = {
  pglite: "@electric-sql/pglite@0.5.16",
  "sql.js": "sql.js@1.16.0",
  "sqlite-wasm": "@sqlite.org/sqlite-wasm@3.54.1-build1",
};

const folder = (peer) => path.join(tools, "node_modules", PEERS[peer].replace(/@[^@]*$/, ""));

/** Whether a peer has been installed. */
export const isThere = (peer) => existsSync(path.join(folder(peer), "package.json"));

/** A file of a peer's package. */
export const fileOf = (peer, name) => path.join(folder(peer), name);

// Whatever instantiates a module, its memory is either given to it or taken from it.
const memories = new Set();
function watch() {
  const note = (imports, instance) => {
    for (const group of [...Object.values(imports ?? {}), instance.exports])
      for (const value of Object.values(group ?? {})) if (value instanceof WebAssembly.Memory) memories.add(value);
  };
  const { Instance, instantiate } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    note(imports, instance);
    return instance;
  };
  WebAssembly.instantiate = async (source, imports) => {
    const made = await instantiate(source, imports);
    note(imports, made.instance ?? made);
    return made;
  };
}
watch();
const memory = () => Math.max(0, ...[...memories].map((one) => one.buffer.byteLength));

/** Ours. */
export function amber(options = {}) {
  const require = createRequire(import.meta.url);
  const { Cluster } = require(process.env.AMBER_NODE ?? path.join(dist, "npm/node/engine.js"));
  const cluster = new Cluster({ version: "21.2", scenario: "empty", seed: "1", ...options });
  const run = (sql) => {
    const results = cluster.exec(sql);
    for (const { error } of results) if (error) throw new Error(`${sql.slice(0, 80)}: ${error.message}`);
    return results.at(-1)?.rows;
  };
  run("CREATE DATABASE b");
  run("USE b");
  return { name: "amber", run, memory, cluster };
}

async function pglite(loadDataDir) {
  const { PGlite } = await import(pathToFileURL(fileOf("pglite", "dist/index.js")));
  const db = await PGlite.create(loadDataDir ? { loadDataDir } : {});
  return {
    name: "pglite",
    memory,
    run: async (sql) => (await db.query(sql)).rows,
    dump: () => db.dumpDataDir("none"),
    load: (bytes) => pglite(bytes),
  };
}

async function sqlJs(bytes) {
  const { default: init } = await import(pathToFileURL(fileOf("sql.js", "dist/sql-wasm.js")));
  const module = await init();
  const db = new module.Database(bytes);
  return {
    name: "sql.js",
    memory,
    run: (sql) => db.exec(sql)[0]?.values,
    dump: () => db.export(),
    load: (bytes) => sqlJs(bytes),
  };
}

async function sqliteWasm(bytes) {
  const { default: init } = await import(pathToFileURL(fileOf("sqlite-wasm", "dist/node.mjs")));
  const sqlite3 = await init({ print: () => {}, printErr: () => {} });
  const db = new sqlite3.oo1.DB(":memory:", "c");
  if (bytes) {
    const place = sqlite3.wasm.allocFromTypedArray(bytes);
    const flags = sqlite3.capi.SQLITE_DESERIALIZE_FREEONCLOSE | sqlite3.capi.SQLITE_DESERIALIZE_RESIZEABLE;
    db.checkRc(sqlite3.capi.sqlite3_deserialize(db.pointer, "main", place, bytes.length, bytes.length, flags));
  }
  return {
    name: "sqlite-wasm",
    memory,
    run: (sql) => db.exec({ sql, rowMode: "array", returnValue: "resultRows" }),
    dump: () => sqlite3.capi.sqlite3_js_db_export(db),
    load: (bytes) => sqliteWasm(bytes),
  };
}

/** A fresh engine by name. */
export const open = async (name) => ({ amber, pglite, "sql.js": sqlJs, "sqlite-wasm": sqliteWasm })[name]();
