export function NotFound() {
  return (
    <div class="page">
      <div class="card notice">
        <h1>There is no such page</h1>
        <p>The address may be mistyped, or come from a newer version of Baton.</p>
        <a class="btn primary" href="/">
          All flows
        </a>
      </div>
    </div>
  );
}
