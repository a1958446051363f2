/** The entry: starts each module on the page and on whatever htmx swaps in later. */

import * as copy from "./copy.js";
import * as dialog from "./dialog.js";
import * as edit from "./edit.js";
import * as guard from "./guard.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as menu from "./menu.js";
import * as peek from "./peek.js";
import * as select from "./select.js";
import * as suggest from "./suggest.js";
import * as time from "./time.js";
import * as walk from "./walk.js";

const modules = [copy, dialog, edit, guard, keys, live, menu, peek, select, suggest, time, walk];

for (const module of modules) module.start?.();
for (const module of modules) module.bind?.(document.body);

document.addEventListener("htmx:load", ({ target }) => {
  if (target === document.body) return;
  for (const module of modules) module.bind?.(target);
});
