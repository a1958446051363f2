/** What is kept of the rows picked for a bulk action, and which buttons take so many. */

const storageKey = (form) => `picked:${form.dataset.select}`;

/** The search whose matches "all" means. */
export const asked = (form) =>
  [...form.querySelectorAll("[data-pick-query]")].map((field) => field.value).join("\n");

/** What is picked: ids, and in `all` the search whose matches are all meant, with their number. */
export function read(form) {
  const kept = JSON.parse(sessionStorage.getItem(storageKey(form)) ?? "null");
  if (kept?.of !== (form.dataset.selectOf ?? "")) return { ids: new Set(), all: null };
  const all = kept.all?.query === asked(form) ? kept.all : null;
  return { ids: new Set(kept.ids), all };
}

export function write(form, { ids, all }) {
  const of = form.dataset.selectOf ?? "";
  sessionStorage.setItem(storageKey(form), JSON.stringify({ of, ids: [...ids], all }));
}

export const forget = (name) => sessionStorage.removeItem(`picked:${name}`);

/** Buttons for so many rows at least or at most say so while there are fewer or more. */
export function allow(form, count) {
  for (const button of form.querySelectorAll("[data-least]")) {
    const { least, most } = button.dataset;
    const few = count < least && `Needs ${least} or more orders`;
    const many = count > most && `Takes ${Number(most).toLocaleString("en")} orders at most`;
    const reason = few || many || "";
    button.toggleAttribute("data-unavailable", Boolean(reason));
    if (reason) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.title = button.ariaDescription = reason;
  }
}
