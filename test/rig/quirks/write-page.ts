import { writeFile } from "node:fs/promises";
import { pageFile, registriesPage } from "./page.ts";

await writeFile(pageFile, registriesPage());
