// One question to the API, and everything a page needs to say how it went.

const ADDRESS = `${document.body.dataset.root}/graphql`;

// Resolves to { status, statusText, milliseconds, text, body }; body is null when the answer is not JSON.
// Resolves to { failure: "stopped" | "unreachable" } when there was no answer at all.
export async function ask({ query, variables = {}, operationName, token, language, signal }) {
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json;q=0.9",
  };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (language) headers["Accept-Language"] = language;
  const started = performance.now();
  try {
    const response = await fetch(ADDRESS, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables, operationName }),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
    const text = await response.text();
    return {
      status: response.status,
      statusText: response.statusText,
      milliseconds: Math.round(performance.now() - started),
      retryAfter: response.headers.get("Retry-After"),
      text,
      body: parsed(text),
    };
  } catch (error) {
    return { failure: error.name === "AbortError" ? "stopped" : "unreachable" };
  }
}

function parsed(text) {
  try {
    const body = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}
