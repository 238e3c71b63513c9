/** The Apps Script that a Google form's author pastes: it signs each response and sends it until it is taken. */

/**
 * What ends with _ stands in no menu of the script editor. The time is signed anew for each try, the body never
 * changes, and a script that fails makes Google write to its author.
 */
export const googleFormsScript = `// Sends each response of this form to Usher, signed.
// Project Settings, Script Properties: USHER_URL and USHER_SECRET. Then run "install" once.

/** Run this once: from then on every response is sent. */
function install() {
  ScriptApp.getProjectTriggers()
    .filter((trigger) => trigger.getHandlerFunction() === 'onResponse')
    .forEach((trigger) => ScriptApp.deleteTrigger(trigger))
  ScriptApp.newTrigger('onResponse').forForm(FormApp.getActiveForm()).onFormSubmit().create()
}

/** Google runs this after each response. */
function onResponse(event) {
  send_(event.source, event.response)
}

/** Run this after a failure: it sends the responses of the last 24 hours again. Usher knows those it has. */
function resend() {
  const form = FormApp.getActiveForm()
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000)
  form.getResponses(yesterday).forEach((response) => send_(form, response))
}

function send_(form, response) {
  const answers = {}
  response.getItemResponses().forEach((item) => {
    answers[item.getItem().getTitle()] = isBox_(item.getItem()) ? true : item.getResponse()
  })
  const body = JSON.stringify({
    provider: 'google_forms',
    formId: form.getId(),
    responseId: response.getId(),
    createTime: response.getTimestamp().toISOString(),
    answers: answers,
  })
  let outcome
  for (const seconds of [0, 5, 15, 45]) {
    if (seconds > 0) Utilities.sleep(seconds * 1000)
    outcome = post_(body)
    if (outcome === 200) return
    // Its own trouble passes; that the secret or the URL is wrong does not.
    if (typeof outcome === 'number' && outcome !== 429 && outcome < 500) break
  }
  throw new Error('Usher did not take a response (' + outcome + '). Put it right, then run "resend".')
}

// A checkbox question with one box, which was ticked: an open one is no response.
function isBox_(item) {
  try {
    if (item.getType() !== FormApp.ItemType.CHECKBOX) return false
    const boxes = item.asCheckboxItem()
    return boxes.getChoices().length === 1 && !boxes.hasOtherOption()
  } catch (error) {
    // A question that cannot be looked at must not lose the response.
    return false
  }
}

function post_(body) {
  const settings = PropertiesService.getScriptProperties()
  const time = Math.floor(Date.now() / 1000)
  const signature = Utilities.computeHmacSha256Signature(
    time + '.' + body,
    settings.getProperty('USHER_SECRET'),
    Utilities.Charset.UTF_8,
  )
    .map((byte) => (byte & 255).toString(16).padStart(2, '0'))
    .join('')
  try {
    return UrlFetchApp.fetch(settings.getProperty('USHER_URL'), {
      method: 'post',
      contentType: 'application/json; charset=utf-8',
      headers: { 'X-Webhook-Signature': 't=' + time + ',v1=' + signature },
      payload: body,
      followRedirects: false,
      muteHttpExceptions: true,
    }).getResponseCode()
  } catch (error) {
    return error.message
  }
}
`
