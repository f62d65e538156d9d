/** The buttons that end a dialog: what is done, which the dialog returns, or nothing. */
export const DialogActions = ({ verb }: { readonly verb: string }) => (
  <div class="actions">
    <button type="submit" class="primary" value={verb}>
      {verb}
    </button>
    <button type="submit" value="">
      Cancel
    </button>
  </div>
)
