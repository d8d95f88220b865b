/** Who is signed in, at the foot of the sidebar. */
export function UserMenu() {
  return null;
}
