/** Puts the keyboard into the field, but not where one would open over what is to be read. */
export function focusField(field: HTMLElement | null, options?: FocusOptions): void {
  if (!matchMedia('(hover: none) and (pointer: coarse)').matches) field?.focus(options);
}

/** Likewise, for a field that has just appeared: it takes nothing from another field, or from a dialog around that. */
export function offerKeyboard(field: HTMLElement | null): void {
  const { activeElement } = document;
  const isWriting =
    activeElement instanceof HTMLElement &&
    (activeElement.isContentEditable || activeElement.matches('input, textarea, select'));
  const dialog = activeElement?.closest('dialog, [role="dialog"], [role="alertdialog"]');
  const isInDialog = dialog !== null && dialog !== undefined && !dialog.contains(field);
  if (!isWriting && !isInDialog) focusField(field, { preventScroll: true });
}
