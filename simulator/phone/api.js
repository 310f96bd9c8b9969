// The page's calls: reading under /phone, acting through /control.
import { toast } from "./dom.js";
import { t } from "./words.js";

async function call(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    toast(t("offline"));
    throw new Error("offline");
  }
  const body = await answer.json();
  if (!answer.ok) {
    const problem = body.error?.message ?? body.error ?? answer.statusText;
    toast(problem);
    throw new Error(problem);
  }
  return body;
}

const post = (url, data) =>
  call(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });

export const chats = (number) => call(`/phone/chats?number=${encodeURIComponent(number)}`);
export const chat = (number, customer, before = "") =>
  call(`/phone/chat?number=${encodeURIComponent(number)}&customer=${encodeURIComponent(customer)}&before=${before}`);
export const message = (wamid) => call(`/phone/message/${encodeURIComponent(wamid)}`);
export const act = (data) => post("/control/act", data);
export const keepCustomer = (data) => post("/control/customers", data);
export const timePasses = (data) => post("/control/time", data);
export const webhooks = () => call("/control/webhooks?limit=6");

export function sendFile(fields, file) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) if (value) form.append(key, value);
  form.append("file", file, file.name || "photo.jpg");
  return call("/control/act", { method: "POST", body: form });
}
