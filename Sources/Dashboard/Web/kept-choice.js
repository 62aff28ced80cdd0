// How a page was looked at last, kept in this browser beside the language and nothing else: choices and public names, never a person's
// name or what was searched for.

/** @param {string} page @returns {URLSearchParams} */
export function keptChoice(page) {
  try { return new URLSearchParams(localStorage.getItem(`sealedbeat-${page}`) ?? ""); } catch { return new URLSearchParams(); }
}

/** @param {string} page @param {URLSearchParams} query what stands in the address; what was searched for (`q`) is not kept */
export function keepChoice(page, query) {
  const kept = new URLSearchParams(query);
  kept.delete("q");
  try { localStorage.setItem(`sealedbeat-${page}`, String(kept)); } catch { /* storage is switched off: it holds in the address */ }
}
