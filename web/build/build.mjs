// Builds styles and scripts into internal/platform/ui/dist: hashed names, and
// manifest.json last, because make takes it for the stamp.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const dist = resolve(web, "../internal/platform/ui/dist");
const limits = { "public.css": 20_000 }; // bytes, gzipped

function style(name) {
  const { css } = sass.compile(join(web, "styles", `${name}.scss`), {
    style: "compressed",
    charset: false,
    // MoJ's own files name node_modules themselves: hence the second path.
    loadPaths: [join(web, "node_modules"), web],
    quietDeps: true,
    // MoJ's alert still calls this mixin of govuk-frontend; nothing of ours does.
    logger: { warn: (m, o) => m.includes('"govuk-text-colour"') || console.warn(m, o.span?.url?.href ?? "") },
  });
  // The pictures of the design systems are not shipped: marks are drawn in CSS.
  const bare = css.replace(/background-image:\s*url\([^)]*\)(;|(?=\}))/g, "");
  const bad = bare.match(/url\(|data:|@import|@font-face|GDS Transport/);
  if (bad) throw new Error(`${name}.css contains ${bad[0]}: not allowed`);
  return Buffer.from(bare.trim() + "\n");
}

async function script(name) {
  const out = await esbuild.build({
    absWorkingDir: web,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2018",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  return Buffer.from(out.outputFiles[0].contents);
}

// Everything is made before anything old is removed: a failed build leaves the
// last good one.
const files = {
  "icon.svg": await readFile(join(web, "styles/icon.svg")),
  "public.css": style("public"),
  "public.js": await script("public"),
  "staff.css": style("staff"),
  "staff.js": await script("staff"),
};

for (const [name, most] of Object.entries(limits)) {
  const size = gzipSync(files[name], { level: 9 }).length;
  if (size >= most) throw new Error(`${name} is ${size} bytes gzipped, at most ${most} allowed`);
}

await mkdir(dist, { recursive: true });
for (const f of await readdir(dist)) {
  if (f === "manifest.json" || /^(public|staff|icon)\.[0-9a-f]{8}\.(css|js|svg)(\.gz)?$/.test(f)) {
    await rm(join(dist, f));
  }
}

const manifest = {};
for (const name of Object.keys(files).sort()) {
  const hash = createHash("sha256").update(files[name]).digest("hex").slice(0, 8);
  manifest[name] = name.replace(".", `.${hash}.`);
  await writeFile(join(dist, manifest[name]), files[name]);
  const gz = gzipSync(files[name], { level: 9 }).length;
  console.log(`${manifest[name].padEnd(22)} ${String(files[name].length).padStart(7)} bytes, ${gz} gzipped`);
}
await writeFile(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
