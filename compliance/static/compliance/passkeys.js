/* Passkeys at the desk. Forms with data-passkey are hidden until the browser is known to make passkeys. */
(function () {
  const form = document.querySelector('form[data-passkey]')
  if (!form || !window.PublicKeyCredential) return
  form.hidden = false
  const failed = form.querySelector('[data-passkey-failed]')
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    if (failed) failed.hidden = false
  })
  const forms = window.allauth.webauthn.forms
  const ids = { credential: 'id_credential', data: 'passkey-data' }
  if (form.dataset.passkey === 'create') {
    forms.addForm({ ids: Object.assign({ add: 'passkey' }, ids) })
  } else {
    forms.authenticateForm({ ids: Object.assign({ authenticate: 'passkey' }, ids) })
  }
})()
