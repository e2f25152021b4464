"use strict";
// Sends the calls of the page's forms, from here to here, with the token of the one field. The token stays in that
// field: it is stored nowhere and goes away with the page.
const SHOWN_MAX = 200_000; // characters; more than that makes the page slow

function address(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.value === "") continue;
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    if (field.dataset.in === "query") query.set(field.name, field.value);
  }
  const asked = query.toString();
  return asked ? `${path}?${asked}` : path;
}

function sent(form) {
  const headers = new Headers();
  const token = document.getElementById("token").value.trim();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  for (const field of form.querySelectorAll("[data-in=header]")) if (field.value) headers.set(field.name, field.value);
  const options = { method: form.dataset.method, headers, credentials: "omit" };
  const file = form.querySelector("input[type=file]");
  const body = form.querySelector("textarea");
  if (file?.files.length) {
    options.body = new FormData();
    options.body.set(file.name, file.files[0]);
  } else if (body?.value.trim()) {
    headers.set("Content-Type", body.dataset.type);
    options.body = body.value;
  }
  return options;
}

async function show(answer, output) {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
  output.textContent = `${answer.status} ${answer.statusText}\n${headers}\n`;
  const type = answer.headers.get("content-type") ?? "";
  if (type.startsWith("application/zip")) {
    output.textContent += `${(await answer.arrayBuffer()).byteLength} bytes`;
  } else if (type.includes("json")) {
    const text = await answer.text();
    output.textContent += JSON.stringify(JSON.parse(text), null, 2).slice(0, SHOWN_MAX);
  } else if (answer.body) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (output.textContent.length < SHOWN_MAX) output.textContent += part.value;
    }
  }
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector("output");
  output.textContent = "...";
  try {
    await show(await fetch(address(form), sent(form)), output);
  } catch (error) {
    output.textContent += `\n${error}`;
  }
});
