// Mounts ODK's own form (@getodk/web-forms) on an otherwise empty page, for the tests alone: takes the XForm from /form.xml and sends what
// was filled in to /submission, as the OpenRosa body that the form makes itself.
import { OdkWebForm, POST_SUBMIT__NEW_INSTANCE, webFormsPlugin } from "@getodk/web-forms";
import { createApp, h } from "vue";

async function send(payload, done) {
  const answer = await fetch("/submission", { method: "POST", body: payload.data[0] });
  done({ next: POST_SUBMIT__NEW_INSTANCE });
  document.title = `sent: ${answer.status}`;
}

const formXml = await (await fetch("/form.xml")).text();
const fetchFormAttachment = async () => new Response("", { status: 404 });
createApp({ render: () => h(OdkWebForm, { formXml, fetchFormAttachment, missingResourceBehavior: "BLANK", onSubmit: send }) })
  .use(webFormsPlugin)
  .mount("#form");
