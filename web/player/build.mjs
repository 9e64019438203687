// Builds what `shoppable serve` serves: the element, and the two pages. One build per script, so that each file stands
// alone; nothing in the output folder is ever removed, because other things may live there.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const outDir = resolve(here, "../../src/shoppable/api/static");

const scripts = {
  "shoppable-video": "src/shoppable-video.ts",
  watch: "pages/watch.ts",
  index: "pages/index.ts",
  hls: "pages/hls.ts",
};
const copied = ["watch.html", "watch.css", "index.html", "favicon.svg"];

for (const [name, entry] of Object.entries(scripts)) {
  await build({
    root: here,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      // The oldest browsers that know light-dark(); a lower target would rewrite it into something a shadow root cannot use.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: false,
      chunkSizeWarningLimit: 700, // hls.js is that large, and loaded only where it is needed
      rolldownOptions: {
        input: { [name]: resolve(here, entry) },
        preserveEntrySignatures: "strict",
        output: { format: "es", entryFileNames: "[name].js", codeSplitting: false },
      },
    },
  });
}

await mkdir(outDir, { recursive: true });
// Lit is in the bundle: its licence goes with it.
await copyFile(resolve(here, "node_modules/lit/LICENSE"), resolve(outDir, "shoppable-video.lit-license.txt"));
await copyFile(resolve(here, "node_modules/hls.js/LICENSE"), resolve(outDir, "hls.license.txt"));
await Promise.all(copied.map((file) => copyFile(resolve(here, "pages", file), resolve(outDir, file))));
console.log(`built ${[...Object.keys(scripts).map((name) => `${name}.js`), ...copied].join(", ")} into ${outDir}`);
