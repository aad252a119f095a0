export default function Page() {
  return <p>Everything but this page is rewritten to the backend.</p>;
}
