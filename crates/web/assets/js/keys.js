/** Whether a key pressed there is text and not a command. */
export function isTypingIn(target) {
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}
