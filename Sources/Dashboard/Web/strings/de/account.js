// A person's own account.
/** @type {Record<string, string>} */
export default {
};
